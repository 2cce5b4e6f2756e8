"""`idp cas`: the services of CAS."""

from typing import IO

import click

from idp.cas import registrations
from idp.cli.registered_services import add_commands, known, read_object
from idp.cli.terminal import ACTOR, Terminal, as_json, now, pass_terminal, say_json


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
    registration = read_object(document)
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
    registration = read_object(document)
    with terminal.application():
        present = known(registrations.PROTOCOL, service)
        registrations.replace(service, registration, present.owner, present.revision, ACTOR, now())
    click.echo(f"{service} is registered anew.")


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


add_commands(cas, registrations.PROTOCOL)
