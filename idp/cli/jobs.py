"""`idp jobs`: long work, and messages that did not leave."""

import click

from idp.cli.terminal import ACTOR, Terminal, day_and_hour, now, pass_terminal, say_table

MONTH = 30 * 86400


@click.group()
def jobs() -> None:
    """Long work in the worker; messages that failed."""


@jobs.command("list")
@pass_terminal
def list_(terminal: Terminal) -> None:
    """List the newest jobs, and how far they are."""
    with terminal.application():
        from idp.database import reading
        from idp.jobs.storage import jobs as storage

        found = storage.listed(reading(), None, True, 50)
    rows = [
        (
            row["id"],
            row["kind"],
            row["state"],
            f"{row['done']}/{row['total']}",
            day_and_hour(row["asked_at"]),
            row["error"],
        )
        for row in found
    ]
    say_table(("job", "kind", "state", "done", "asked", "error"), rows)


@jobs.command()
@click.argument("job", type=int)
@pass_terminal
def cancel(terminal: Terminal, job: int) -> None:
    """Stop JOB after the step under way; what was done stays."""
    with terminal.application():
        from idp.jobs import queue

        if not queue.cancel(job, ACTOR, now()):
            raise click.ClickException("That job is over, or there is none with this number.")
    click.echo(f"Job {job} ends after the step under way.")


@jobs.command()
@pass_terminal
def messages(terminal: Terminal) -> None:
    """List this month's messages that were given up or keep failing."""
    with terminal.application():
        from idp.console.storage import trouble
        from idp.database import reading

        found = trouble.lost_messages(reading(), now() - MONTH)
    rows = [
        (one.id, one.kind, one.to, "given up" if one.given_up else "trying", one.attempts, one.reason)
        for one in found
    ]
    say_table(("message", "kind", "to", "state", "attempts", "reason"), rows)


@jobs.command("send-again")
@click.argument("message", type=int)
@pass_terminal
def send_again(terminal: Terminal, message: int) -> None:
    """Give a message that was given up another twelve tries."""
    with terminal.application():
        from idp import audit
        from idp.console.storage import trouble
        from idp.database import transaction

        with transaction() as tx:
            if not trouble.send_again(tx, message, now()):
                raise click.ClickException("That message was not given up.")
            audit.record(tx, now(), "message.again", ACTOR, f"message:{message}")
    click.echo(f"Message {message} is tried again.")
