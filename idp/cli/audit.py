"""`idp audit`: the audit trail."""

from datetime import datetime

import click

from idp.audit import remarking, verification
from idp.audit.rules.verification import Fault
from idp.audit.search import Filters, everything
from idp.audit.storage import chain
from idp.audit.verification import Report, Unchecked
from idp.cli.terminal import ACTOR, Terminal, day_and_hour, now, pass_terminal, say_table
from idp.console import record_export
from idp.database.engine import transaction
from idp.durations import DAY
from idp.runtime.context import begins_at

DATE = click.DateTime(["%Y-%m-%d"])


@click.group()
def audit() -> None:
    """The audit trail: verify, mark anew, search, export, purge."""


@audit.command()
@click.option(
    "--all", "everything", is_flag=True, help="From the beginning, not from the last verified seal on."
)
@pass_terminal
@click.pass_context
def verify(context: click.Context, terminal: Terminal, everything: bool) -> None:
    """Check that nothing sealed was changed, removed, inserted or reordered (exit code 1 otherwise)."""
    with terminal.application():
        report = verification.verify(everything)
    click.echo(f"{report.records} records under {report.seals} seals were verified.")
    if report.oldest is not None:
        age = max(0, now() - report.oldest)
        click.echo(f"{report.unsealed} records are not sealed yet, the oldest for {age} s.")
    last = f"The last seal is {report.last.number}:{report.last.hash}"
    if report.holds:
        return click.echo(f"The chain holds. {last}")
    say_what_does_not_hold(report)
    if not report.faults:
        click.echo(last)
    context.exit(1)


@audit.command()
@click.option(
    "--lost",
    multiple=True,
    metavar="ID",
    help="Id of a master key that is gone, as verify prints it: its marks are replaced unchecked.",
)
@pass_terminal
@click.pass_context
def remark(context: click.Context, terminal: Terminal, lost: tuple[str, ...]) -> None:
    """Verify everything, then mark each seal anew under the first of secrets.master_key: before an old key is dropped, or after it was lost."""
    with terminal.application():
        try:
            done = remarking.remark(lost, ACTOR, now())
        except remarking.CannotRemark as fault:
            say_what_does_not_hold(fault.report)
            click.echo("Nothing was marked.")
            context.exit(1)
    click.echo(f"{done.seals} seals were marked anew.")
    for marks in done.unchecked:
        click.echo(
            f"Unchecked before: {range_of(marks.first, marks.last)}, of master key {marks.master_key}."
        )


def say_what_does_not_hold(report: Report) -> None:
    """The faults of a verification, and what it could not check."""
    for fault in report.faults:
        click.echo(sentence(fault))
    if report.faults:
        click.echo("Compare with a backup or an export, and find out who can write to this database.")
    for marks in report.unchecked:
        click.echo(sentence_of_unchecked(marks, intact=not report.faults))


def sentence_of_unchecked(marks: Unchecked, intact: bool = True) -> str:
    """What cannot be checked without a master key that is gone, and what to do."""
    begins = "The chain is intact, but the marks" if intact else "The marks"
    return (
        f"{begins} of {range_of(marks.first, marks.last)} cannot be checked: they were made with master key "
        f"{marks.master_key}, which is not configured. Put it back behind a comma. If it is lost, compare a seal that was written "
        f"down or exported, then run: idp audit remark --lost {marks.master_key}"
    )


def range_of(first: int, last: int) -> str:
    """Seals by their numbers."""
    return f"seal {first}" if first == last else f"seals {first} to {last}"


def sentence(fault: Fault) -> str:
    """A fault of the chain in words."""
    about = range_of(fault.seal, fault.until or fault.seal)
    if fault.position is not None:
        about = f"position {fault.position} of {about}"
    if fault.record is not None:
        about = f"record {fault.record}, {about}"
    return f"{fault.kind.capitalize()}: {about}."


@audit.command()
@click.option("--act", default="", help="Beginning of the act, for example `client.`.")
@click.option("--actor", default="", help="Actor, for example account:12.")
@click.option("--subject", default="", help="Subject, for example account:12.")
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
        actors, subjects = [actor] if actor else [], [subject] if subject else []
        filters = Filters(act, actors, subjects, _moment(since), _moment(until))
        events = list(everything(filters, most))
    rows = [
        (
            event.id,
            day_and_hour(event.at),
            event.act,
            event.actor,
            event.subject,
            event.address,
            event.detail,
        )
        for event in events
    ]
    say_table(("id", "at", "act", "actor", "subject", "from", "detail"), rows)


@audit.command()
@click.option("--since", type=DATE)
@click.option("--until", type=DATE, help="The day after the last.")
@pass_terminal
def export(terminal: Terminal, since: datetime | None, until: datetime | None) -> None:
    """Write records and their seals as lines of JSON to standard output (deploy/verify-audit-export.py verifies them). The export is itself on record."""
    with terminal.application():
        for line in record_export.export(_moment(since), _moment(until), ACTOR, now()):
            click.echo(line, nl=False)


@audit.command()
@pass_terminal
def purge(terminal: Terminal) -> None:
    """Delete whole seals of records older than console.audit_days, the oldest first, as the worker does."""
    with terminal.application() as app:
        before = now() - app.extensions["settings"].console.audit_days * DAY
        deleted = 0
        while True:
            with transaction() as tx:
                batch = chain.purge(tx, before)
            if not batch:
                break
            deleted += batch
    click.echo(f"{deleted} records are deleted; the chain begins after them.")


def _moment(day: datetime | None) -> int | None:
    return begins_at(day.date()) if day else None
