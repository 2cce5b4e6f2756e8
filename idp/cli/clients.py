"""`idp clients`: the relying parties."""

from dataclasses import asdict
from typing import IO, Any

import click

from idp.cli.registered_services import read_object
from idp.cli.terminal import (
    ACTOR,
    Terminal,
    as_json,
    day_and_hour,
    now,
    pass_terminal,
    say_json,
    say_table,
)
from idp.console import trial_login
from idp.database.engine import reading
from idp.jobs import queue
from idp.jobs.storage import jobs
from idp.oidc.clients import initial_tokens, registration
from idp.oidc.clients.registration import NoSuchClient, shown
from idp.oidc.clients.registry import every, find
from idp.worker import long_work


@click.group()
def clients() -> None:
    """Relying parties: the services that people sign in to."""


@clients.command()
@click.argument("document", type=click.File("r", encoding="utf-8"))
@as_json
@pass_terminal
def add(terminal: Terminal, document: IO[str], as_json: bool) -> None:
    """Register a relying party from DOCUMENT, its registration as JSON (RFC 7591 §2; - reads standard input).

    The client secret is shown once: the database keeps a digest only.
    """
    metadata = read_object(document)
    with terminal.application():
        registered = registration.register(metadata, ACTOR, now())
    if as_json:
        return say_json(asdict(registered))
    click.echo(f"client_id      {registered.client_id}")
    click.echo(
        f"client_secret  {registered.client_secret or '(none: this client authenticates without one)'}"
    )


@clients.command("list")
@as_json
@pass_terminal
def list_(terminal: Terminal, as_json: bool) -> None:
    """List all relying parties."""
    with terminal.application():
        registered = every()
    if as_json:
        return say_json([_shown(client) for client in registered])
    say_table(
        ("client_id", "status", "name", "profiles", "registered"),
        [
            (
                client.client_id,
                client.status,
                client.registration.client_name,
                ",".join(client.registration.accepted_profiles),
                day_and_hour(client.registered_at),
            )
            for client in registered
        ],
    )


@clients.command()
@click.argument("client_id")
@pass_terminal
def show(terminal: Terminal, client_id: str) -> None:
    """Show one registration, as JSON."""
    with terminal.application():
        client = find(client_id)
        if client is None:
            raise NoSuchClient(client_id)
        say_json(_shown(client))


@clients.command()
@click.argument("client_id")
@pass_terminal
def disable(terminal: Terminal, client_id: str) -> None:
    """Suspend a relying party: it gets no login, and its tokens are refused."""
    with terminal.application():
        registration.disable(client_id, ACTOR, now())
    click.echo(f"{client_id} is suspended.")


@clients.command()
@click.argument("client_id")
@pass_terminal
def enable(terminal: Terminal, client_id: str) -> None:
    """End a suspension."""
    with terminal.application():
        registration.enable(client_id, ACTOR, now())
    click.echo(f"{client_id} is active.")


@clients.command()
@click.argument("client_id")
@click.confirmation_option(prompt="Its tokens die, and its client_id is never given again. Delete it?")
@pass_terminal
def delete(terminal: Terminal, client_id: str) -> None:
    """Delete a registration for good."""
    with terminal.application():
        registration.delete(client_id, ACTOR, now())
    click.echo(f"{client_id} is deleted.")


@clients.command("rotate-secret")
@click.argument("client_id")
@click.option(
    "--at-once", is_flag=True, help="The old secret stops working now: for a secret that was stolen."
)
@as_json
@pass_terminal
def rotate_secret(terminal: Terminal, client_id: str, at_once: bool, as_json: bool) -> None:
    """Give a relying party a new secret, shown once; the old one works for console.secret_overlap_days more."""
    with terminal.application():
        secret = registration.rotate_secret(client_id, ACTOR, now(), 0 if at_once else None)
    if as_json:
        return say_json({"client_id": client_id, "client_secret": secret})
    click.echo(secret)


@clients.command("end-old-secret")
@click.argument("client_id")
@pass_terminal
def end_old_secret(terminal: Terminal, client_id: str) -> None:
    """End a rotation: the previous secret stops working at once."""
    with terminal.application():
        registration.end_previous_secret(client_id, ACTOR, now())
    click.echo(f"{client_id} has one secret.")


@clients.command("try")
@click.argument("client_id")
@pass_terminal
@click.pass_context
def try_(context: click.Context, terminal: Terminal, client_id: str) -> None:
    """Run a trial login at a relying party, and report its steps (exit code 1 if one failed)."""
    with terminal.application() as app:
        job = trial_login.ask(client_id, ACTOR, now())
        while (row := jobs.find(reading(), job)) and row["state"] in ("waiting", "running"):
            queue.run_next(long_work.SHORT, app.extensions["clock"], lambda: False)
    report = row["report"] if row else {}
    say_table(("step", "result", "seen"), [tuple(step) for step in report.get("steps", [])])
    if not report.get("ok"):
        context.exit(1)


@clients.command("initial-token")
@click.argument("label")
@click.option("--days", default=7, show_default=True, help="Days until it expires.")
@click.option("--uses", default=1, show_default=True, help="Registrations it opens.")
@pass_terminal
def initial_token(terminal: Terminal, label: str, days: int, uses: int) -> None:
    """Make an initial access token (RFC 7591) for the publisher LABEL; it is shown once."""
    with terminal.application():
        click.echo(initial_tokens.make(label, days, uses, ACTOR, now()))


def _shown(client: Any) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "status": client.status,
        "registered_at": client.registered_at,
        **shown(client.registration),
    }
