"""`idp audit`: the audit trail."""

from datetime import datetime

import click

from idp.cli.terminal import ACTOR, Terminal, day_and_hour, now, pass_terminal, say_table
from idp.durations import DAY

DATE = click.DateTime(["%Y-%m-%d"])


@click.group()
def audit() -> None:
    """The audit trail: verify, search, export, purge."""


@audit.command()
@pass_terminal
@click.pass_context
def verify(context: click.Context, terminal: Terminal) -> None:
    """Check that no record was changed or removed (exit code 1 otherwise)."""
    with terminal.application():
        from idp.audit import storage as records
        from idp.database.engine import reading

        broken = records.first_broken(reading())
    if broken is None:
        return click.echo("The chain holds.")
    click.echo(f"Record {broken} does not follow from the record before it: compare with a backup.")
    context.exit(1)


@audit.command()
@click.option("--act", default="", help="Its beginning, as in `client.`.")
@click.option("--actor", default="", help="Who, as in account:12.")
@click.option("--subject", default="", help="To whom, as in account:12.")
@click.option("--since", type=DATE)
@click.option("--until", type=DATE, help="The day after the last.")
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
    """List the newest records that match every option."""
    with terminal.application():
        from idp.audit import storage as records
        from idp.database.engine import reading

        events = records.search(reading(), act, actor, subject, _moment(since), _moment(until), None, most)
    rows = [
        (
            event.number,
            day_and_hour(event.at),
            event.act,
            event.actor,
            event.subject,
            event.address,
            event.detail,
        )
        for event in events
    ]
    say_table(("number", "at", "act", "actor", "subject", "from", "detail"), rows)


@audit.command()
@click.option("--since", type=DATE)
@click.option("--until", type=DATE, help="The day after the last.")
@pass_terminal
def export(terminal: Terminal, since: datetime | None, until: datetime | None) -> None:
    """Write every record as a line of JSON, the oldest first, to standard output. The export is itself on record."""
    with terminal.application():
        from idp.console import record_export

        for line in record_export.export(_moment(since), _moment(until), ACTOR, now()):
            click.echo(line, nl=False)


@audit.command()
@pass_terminal
def purge(terminal: Terminal) -> None:
    """Delete records older than console.audit_days, as the worker does a batch a minute."""
    with terminal.application() as app:
        from idp.audit import storage as records
        from idp.database.engine import transaction

        before = now() - app.extensions["settings"].console.audit_days * DAY
        gone = 0
        while True:
            with transaction() as tx:
                batch = records.purge(tx, before)
            if not batch:
                break
            gone += batch
    click.echo(f"{gone} records are deleted; the chain begins after them.")


def _moment(day: datetime | None) -> int | None:
    from idp.runtime.context import begins_at

    return begins_at(day.date()) if day else None
