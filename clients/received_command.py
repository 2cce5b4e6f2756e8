"""The commands of a service of CAS or SAML: its registration document, and its server."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from clients.configuration import Configuration
from clients.starting import serve as serve_until_stopped

Register = Callable[[str, Path], dict[str, Any]]
"""Public address and SQLite file of the application → its registration document."""


def command(package: str, registration: Register) -> click.Group:
    """`registration` and `serve` of the application in `package`."""

    @click.group()
    def group() -> None:
        """A service that does not speak OpenID Connect."""

    data = click.option(
        "--data", type=click.Path(path_type=Path, dir_okay=False), required=True, help="SQLite file."
    )
    base = click.option("--base", required=True, help="Public address of this application.")

    @group.command("registration")
    @base
    @data
    def show_registration(base: str, data: Path) -> None:
        """Print the registration document, for `idp cas add` or `idp saml add`."""
        click.echo(json.dumps(registration(base.rstrip("/"), data), indent=2, ensure_ascii=False))

    @group.command()
    @click.option("--issuer", required=True, help="Address of the provider.")
    @base
    @click.option("--port", type=click.IntRange(1, 65535), required=True)
    @data
    def serve(issuer: str, base: str, port: int, data: Path) -> None:
        """Serve until SIGTERM or Ctrl-C."""
        configuration = Configuration(issuer.rstrip("/"), base.rstrip("/"), "", data)
        serve_until_stopped(package, configuration, port)

    return group
