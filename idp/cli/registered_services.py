"""Commands on the registrations of CAS and of SAML alike: list, show, disable, enable, delete."""

import json
from typing import IO, Any

import click

from idp.cli.terminal import ACTOR, Terminal, as_json, day_and_hour, now, pass_terminal, say_json, say_table
from idp.services import registration
from idp.services.joined_services import AnyJoined, every_joined
from idp.services.registration import NoSuchService
from idp.services.registry import Registered
from idp.services.rules.registration import to_document


def add_commands(group: click.Group, protocol: str) -> None:
    """Add the commands to the group of a protocol."""

    @group.command("list")
    @as_json
    @pass_terminal
    def list_(terminal: Terminal, as_json: bool) -> None:
        """List all services."""
        with terminal.application():
            joined = _protocol(protocol)
            services, faults = list(joined.registered().values()), joined.faults()
        if as_json:
            return say_json([{**_shown(service), "fault": faults.get(service.id)} for service in services])
        heads = ("id", "status", "name", "profiles", "registered", "fault")
        say_table(heads, [(*_row(service), faults.get(service.id, "-")) for service in services])

    @group.command()
    @click.argument("service")
    @pass_terminal
    def show(terminal: Terminal, service: str) -> None:
        """Show the registration of SERVICE as JSON."""
        with terminal.application():
            say_json(_shown(known(protocol, service)))

    @group.command()
    @click.argument("service")
    @pass_terminal
    def disable(terminal: Terminal, service: str) -> None:
        """Suspend SERVICE: it gets no login."""
        with terminal.application():
            registration.disable(known(protocol, service).id, ACTOR, now())
        click.echo(f"{service} is suspended.")

    @group.command()
    @click.argument("service")
    @pass_terminal
    def enable(terminal: Terminal, service: str) -> None:
        """End a suspension."""
        with terminal.application():
            registration.enable(known(protocol, service).id, ACTOR, now())
        click.echo(f"{service} is active.")

    @group.command()
    @click.argument("service")
    @click.confirmation_option(prompt="Its id is never given again. Delete it?")
    @pass_terminal
    def delete(terminal: Terminal, service: str) -> None:
        """Delete a registration for good."""
        with terminal.application():
            registration.delete(known(protocol, service).id, ACTOR, now())
        click.echo(f"{service} is deleted.")


def known(protocol: str, service: str) -> Registered[Any]:
    """A registered service. Raises NoSuchService."""
    registered: Registered[Any] | None = _protocol(protocol).registered().get(service)
    if registered is None:
        raise NoSuchService(service)
    return registered


def read_object(document: IO[str]) -> dict[str, Any]:
    """The JSON object of a registration document."""
    try:
        registration = json.load(document)
    except ValueError as fault:
        raise click.ClickException(f"{document.name} is not JSON: {fault}.") from None
    if not isinstance(registration, dict):
        raise click.ClickException(f"{document.name} is not a registration: a JSON object is expected.")
    return registration


def _protocol(name: str) -> AnyJoined:
    return every_joined()[name]


def _row(service: Registered[Any]) -> tuple[str, ...]:
    profiles = ", ".join(service.registration.accepted_profiles)
    return (
        service.id,
        service.status,
        service.registration.name,
        profiles,
        day_and_hour(service.registered_at),
    )


def _shown(service: Registered[Any]) -> dict[str, Any]:
    return {
        "id": service.id,
        "status": service.status,
        "owner": service.owner,
        "registered_at": service.registered_at,
        **to_document(service.registration),
    }
