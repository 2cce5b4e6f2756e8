"""`python -m clients.pronote_cas serve …` and `… registration`."""

import json
from pathlib import Path

import click

from clients.configuration import Configuration
from clients.pronote_cas.app import create_app
from clients.pronote_cas.registration import registration
from clients.serving import serve_until_stopped


@click.group()
def group() -> None:
    """Pronote as a service of CAS."""


@group.command("registration")
@click.option("--base", required=True, help="Public address of this application.")
def show_registration(base: str) -> None:
    """Print the registration document, for `idp cas add`."""
    click.echo(json.dumps(registration(base.rstrip("/")), indent=2, ensure_ascii=False))


@group.command()
@click.option("--issuer", required=True, help="Address of the provider.")
@click.option("--base", required=True, help="Public address of this application.")
@click.option("--port", type=click.IntRange(1, 65535), required=True)
@click.option("--data", type=click.Path(path_type=Path, dir_okay=False), required=True, help="SQLite file.")
def serve(issuer: str, base: str, port: int, data: Path) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    configuration = Configuration(issuer.rstrip("/"), base.rstrip("/"), "", data)
    serve_until_stopped(create_app, configuration, port)


group()
