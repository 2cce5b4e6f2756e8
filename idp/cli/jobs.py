"""`idp jobs`: jobs of the worker, destinations that fail, messages that were not delivered."""

import click

from idp.cli.terminal import ACTOR, Terminal, day_and_hour, now, pass_terminal, say_table
from idp.console import incidents
from idp.console.storage import incidents as storage
from idp.database.engine import reading
from idp.durations import DAY
from idp.jobs import queue
from idp.jobs.storage.jobs import listed as listed_jobs
from idp.messages.storage.destinations import failing as failing_destinations

MONTH = 30 * DAY


@click.group()
def jobs() -> None:
    """Jobs of the worker; messages that failed."""


@jobs.command("list")
@pass_terminal
def list_(terminal: Terminal) -> None:
    """List the newest jobs with their progress."""
    with terminal.application():
        listed = listed_jobs(reading(), None, True, 50)
    rows = [
        (
            row["id"],
            row["kind"],
            row["state"],
            f"{row['done']}/{row['total']}",
            day_and_hour(row["asked_at"]),
            row["error"],
        )
        for row in listed
    ]
    say_table(("job", "kind", "state", "done", "asked", "error"), rows)


@jobs.command()
@click.argument("job", type=int)
@pass_terminal
def cancel(terminal: Terminal, job: int) -> None:
    """Stop JOB after its current step; the finished steps stay."""
    with terminal.application():
        if not queue.cancel(job, ACTOR, now()):
            raise click.ClickException("That job is over, or no job has this number.")
    click.echo(f"Job {job} ends after its current step.")


@jobs.command()
@pass_terminal
def messages(terminal: Terminal) -> None:
    """List this month's messages that were given up or keep failing."""
    with terminal.application():
        lost = storage.lost_messages(reading(), now() - MONTH)
    rows = [
        (
            message.id,
            message.kind,
            message.to,
            "given up" if message.is_given_up else "trying",
            message.attempts,
            message.error,
        )
        for message in lost
    ]
    say_table(("message", "kind", "to", "state", "attempts", "reason"), rows)


@jobs.command("send-again")
@click.argument("message", type=int)
@pass_terminal
def send_again(terminal: Terminal, message: int) -> None:
    """Deliver a message that was given up, anew."""
    with terminal.application():
        if not incidents.send_again(message, ACTOR, now()):
            raise click.ClickException("That message was not given up.")
    click.echo(f"Message {message} is sent again.")


@jobs.command()
@pass_terminal
def destinations(terminal: Terminal) -> None:
    """List the destinations that fail, and how many messages wait for each."""
    with terminal.application():
        failing = failing_destinations(reading())
    rows = [
        (
            destination.destination,
            day_and_hour(destination.failing_since),
            destination.failures,
            destination.waiting,
            day_and_hour(destination.next_try_at) if destination.next_try_at else "now",
            destination.last_error,
        )
        for destination in failing
    ]
    say_table(("destination", "since", "failures", "waiting", "next try", "reason"), rows)


@jobs.command("try-now")
@click.argument("destination")
@pass_terminal
def try_now(terminal: Terminal, destination: str) -> None:
    """Try a failing DESTINATION at once: mail, sms, worker or the origin of a service."""
    with terminal.application():
        if not incidents.try_now(destination, ACTOR, now()):
            raise click.ClickException("That destination does not fail.")
    click.echo(f"{destination} is tried at once.")
