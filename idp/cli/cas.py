"""`idp cas`: the services of CAS."""

import json
from typing import IO, Any

import click

from idp.cas import registrations
from idp.cli.terminal import ACTOR, Terminal, as_json, day_and_hour, now, pass_terminal, say_json, say_table
from idp.services import registration as acts
from idp.services.registration import NoSuchService
from idp.services.rules.registration import to_document


@click.group()
def cas() -> None:
    """Services of CAS: Pronote and other software that does not speak OpenID Connect."""


@cas.command()
@click.argument("document", type=click.File("r", encoding="utf-8"))
@click.option("--owner", default="", help="Who is responsible for the service.")
@as_json
@pass_terminal
def add(terminal: Terminal, document: IO[str], owner: str, as_json: bool) -> None:
    """Register a service from DOCUMENT, its registration as JSON (docs/cas.md; - reads standard input)."""
    registration = _object(document)
    with terminal.application():
        service = registrations.register(registration, ACTOR, now(), owner)
    if as_json:
        return say_json({"id": service})
    click.echo(service)


@cas.command("set")
@click.argument("service")
@click.argument("document", type=click.File("r", encoding="utf-8"))
@pass_terminal
def set_(terminal: Terminal, service: str, document: IO[str]) -> None:
    """Replace the registration of SERVICE by DOCUMENT."""
    registration = _object(document)
    with terminal.application():
        present = _known(service)
        registrations.replace(service, registration, present.owner, present.revision, ACTOR, now())
    click.echo(f"{service} is registered anew.")


@cas.command("list")
@as_json
@pass_terminal
def list_(terminal: Terminal, as_json: bool) -> None:
    """List all services of CAS."""
    with terminal.application():
        services = list(registrations.every().values())
    if as_json:
        return say_json([_shown(service) for service in services])
    rows = [
        (
            service.id,
            service.status,
            service.registration.name,
            ", ".join(service.registration.accepted_profiles),
            day_and_hour(service.registered_at),
        )
        for service in services
    ]
    say_table(("id", "status", "name", "profiles", "registered"), rows)


@cas.command()
@click.argument("service")
@pass_terminal
def show(terminal: Terminal, service: str) -> None:
    """Show the registration of SERVICE as JSON."""
    with terminal.application():
        say_json(_shown(_known(service)))


@cas.command()
@click.argument("url")
@pass_terminal
@click.pass_context
def check(context: click.Context, terminal: Terminal, url: str) -> None:
    """Show which service URL belongs to (exit code 1: to none, so that a login there is refused)."""
    with terminal.application():
        read = registrations.read_url(url)
        service = registrations.of_url(read) if read is not None else None
    if read is None:
        click.echo("No service URL: it is not https, or can be read in two ways (docs/cas.md).")
        context.exit(1)
    if service is None:
        click.echo("No service is registered with this URL.")
        context.exit(1)
    click.echo(f"{service.id}  {service.registration.name}  ({service.status})")


@cas.command()
@click.argument("service")
@pass_terminal
def disable(terminal: Terminal, service: str) -> None:
    """Suspend SERVICE: it gets no login, and its tickets are refused."""
    with terminal.application():
        _known(service)
        acts.disable(service, ACTOR, now())
    click.echo(f"{service} is suspended.")


@cas.command()
@click.argument("service")
@pass_terminal
def enable(terminal: Terminal, service: str) -> None:
    """End a suspension."""
    with terminal.application():
        _known(service)
        acts.enable(service, ACTOR, now())
    click.echo(f"{service} is active.")


@cas.command()
@click.argument("service")
@click.confirmation_option(prompt="Its id is never given again. Delete it?")
@pass_terminal
def delete(terminal: Terminal, service: str) -> None:
    """Delete a registration for good."""
    with terminal.application():
        _known(service)
        acts.delete(service, ACTOR, now())
    click.echo(f"{service} is deleted.")


def _object(document: IO[str]) -> dict[str, Any]:
    try:
        registration = json.load(document)
    except ValueError as fault:
        raise click.ClickException(f"{document.name} is not JSON: {fault}.") from None
    if not isinstance(registration, dict):
        raise click.ClickException(f"{document.name} is not a registration: a JSON object is expected.")
    return registration


def _known(service: str) -> Any:
    registered = registrations.every().get(service)
    if registered is None:
        raise NoSuchService(service)
    return registered


def _shown(service: Any) -> dict[str, Any]:
    return {
        "id": service.id,
        "status": service.status,
        "owner": service.owner,
        "registered_at": service.registered_at,
        **to_document(service.registration),
    }
