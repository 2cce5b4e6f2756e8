"""`idp audit`: the record of who did what to whom."""

from datetime import UTC, datetime

import click

from idp.cli.terminal import Terminal, day_and_hour, now, pass_terminal, say_table

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def audit() -> None:
    """The record of acts: chained, searched, exported, purged."""


@audit.command()
@pass_terminal
@click.pass_context
def verify(context: click.Context, terminal: Terminal) -> None:
    """Check that no record was changed or taken away (exit code 1 if one was)."""
    with terminal.application():
        from idp import audit as record
        from idp.database import reading

        broken = record.first_broken(reading())
    if broken is None:
        return click.echo("The chain holds.")
    click.echo(f"Record {broken} does not follow from the one before it: compare with a backup.")
    context.exit(1)


@audit.command()
@click.option("--act", default="", help="Its beginning, as in `client.`.")
@click.option("--actor", default="", help="Who, as in account:12.")
@click.option("--subject", default="", help="To whom, as in account:12.")
@click.option("--since", type=DAY)
@click.option("--until", type=DAY, help="The day after the last.")
@click.option("--most", default=50, show_default=True)
@pass_terminal
def search(
    terminal: Terminal,
    act: str,
    actor: str,
    subject: str,
    since: datetime | None,
    until: datetime | None,
    most: int,
) -> None:
    """List the newest records that agree with everything given."""
    with terminal.application():
        from idp import audit as record
        from idp.database import reading

        found = record.search(reading(), act, actor, subject, _moment(since), _moment(until), None, most)
    rows = [
        (one.number, day_and_hour(one.at), one.act, one.actor, one.subject, one.address, one.detail)
        for one in found
    ]
    say_table(("number", "at", "act", "actor", "subject", "from", "detail"), rows)


@audit.command()
@click.option("--since", type=DAY)
@click.option("--until", type=DAY, help="The day after the last.")
@pass_terminal
def export(terminal: Terminal, since: datetime | None, until: datetime | None) -> None:
    """Write every record as a line of JSON, the oldest first, to standard output."""
    with terminal.application():
        from idp import audit as record
        from idp.database import reading

        for line in record.lines(reading(), _moment(since), _moment(until)):
            click.echo(line, nl=False)


@audit.command()
@pass_terminal
def purge(terminal: Terminal) -> None:
    """Delete records older than console.audit_days, as the worker does a batch a minute."""
    with terminal.application() as app:
        from idp import audit as record
        from idp.database import transaction

        before = now() - app.extensions["settings"].console.audit_days * 86400
        gone = 0
        while True:
            with transaction() as tx:
                batch = record.purge(tx, before)
            if not batch:
                break
            gone += batch
    click.echo(f"{gone} records are gone; the chain begins after them.")


def _moment(day: datetime | None) -> int | None:
    return int(day.replace(tzinfo=UTC).timestamp()) if day else None
