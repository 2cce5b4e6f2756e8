"""The command line of a relying party: `python -m clients.icart serve …` and `… registration`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from clients.configuration import Configuration
from clients.starting import serve as serve_until_stopped


def command(package: str, registration: Callable[[str], dict[str, Any]]) -> click.Group:
    """The group of commands of the application in `package`."""

    @click.group()
    def group() -> None:
        """A relying party of the school."""

    @group.command("registration")
    @click.option("--base", required=True, help="Public address of this application.")
    def show_registration(base: str) -> None:
        """Print the registration document (RFC 7591)."""
        click.echo(json.dumps(registration(base.rstrip("/")), indent=2, ensure_ascii=False))

    @group.command()
    @click.option("--issuer", required=True, help="Address of the provider.")
    @click.option("--base", required=True, help="Public address of this application.")
    @click.option("--port", type=click.IntRange(1, 65535), required=True)
    @click.option(
        "--credentials",
        type=click.Path(path_type=Path, dir_okay=False),
        required=True,
        help='JSON: {"client_id": "…", "client_secret": "…"}.',
    )
    @click.option(
        "--data", type=click.Path(path_type=Path, dir_okay=False), required=True, help="SQLite file."
    )
    @click.option("--icart", default="", help="Address of i-Cart.")
    @click.option("--pronote", default="", help="Address of Pronote.")
    @click.option("--teleservices", default="", help="Address of the Téléservices.")
    @click.option("--smtp-host", default="localhost", show_default=True)
    @click.option("--smtp-port", type=click.IntRange(1, 65535), default=25, show_default=True)
    @click.option("--school-mail", default="secretariat@college.example", show_default=True)
    @click.option(
        "--open-now",
        default="bourse,orientation,fiche",
        show_default=True,
        help="Campaigns of Téléservices that are open whatever the calendar says, with commas; may be empty.",
    )
    def serve(
        port: int, credentials: Path, icart: str, pronote: str, teleservices: str, **options: Any
    ) -> None:
        """Serve until SIGTERM or Ctrl-C."""
        links = {"icart": icart, "pronote": pronote, "teleservices": teleservices}
        client_id, client_secret = _read_credentials(credentials)
        configuration = Configuration(
            issuer=options["issuer"].rstrip("/"),
            base=options["base"].rstrip("/"),
            client_id=client_id,
            client_secret=client_secret,
            data=options["data"],
            links={name: address.rstrip("/") for name, address in links.items() if address},
            smtp_host=options["smtp_host"],
            smtp_port=options["smtp_port"],
            school_mail=options["school_mail"],
            open_now=tuple(code.strip() for code in options["open_now"].split(",") if code.strip()),
        )
        serve_until_stopped(package, configuration, port)

    return group


def _read_credentials(file: Path) -> tuple[str, str]:
    try:
        credentials = json.loads(file.read_text(encoding="utf-8"))
        return str(credentials["client_id"]), str(credentials.get("client_secret", ""))
    except OSError as fault:
        raise click.ClickException(f"{file}: the credentials cannot be read ({fault.strerror}).") from None
    except (ValueError, TypeError, KeyError):
        raise click.ClickException(f'{file}: JSON with "client_id" and "client_secret" is wanted.') from None
