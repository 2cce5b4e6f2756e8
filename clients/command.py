"""The command line of a relying party: `python -m clients.icart serve …` and `… registration`."""

import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from clients.configuration import Configuration


class Quiet(WSGIRequestHandler):
    """No access log: a callback's address bears a code."""

    def log_request(self, *_: object) -> None:
        pass


def command(
    create_app: Callable[[Configuration], Flask], registration: Callable[[str], dict[str, Any]]
) -> click.Group:
    """The group of commands of one application."""

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
    @click.option("--port", type=int, required=True)
    @click.option("--credentials", type=click.Path(path_type=Path, dir_okay=False), required=True)
    @click.option("--data", type=click.Path(path_type=Path, dir_okay=False), required=True)
    @click.option("--icart", default="", help="Address of i-Cart.")
    @click.option("--pronote", default="", help="Address of Pronote.")
    @click.option("--teleservices", default="", help="Address of the Téléservices.")
    @click.option("--smtp-host", default="localhost")
    @click.option("--smtp-port", type=int, default=25)
    @click.option("--school-mail", default="secretariat@college.example")
    def serve(
        issuer: str, base: str, port: int, credentials: Path, data: Path, icart: str, pronote: str,
        teleservices: str, smtp_host: str, smtp_port: int, school_mail: str,
    ) -> None:  # fmt: skip
        """Serve until SIGTERM or Ctrl-C."""
        try:
            said = json.loads(credentials.read_text(encoding="utf-8"))
        except (OSError, ValueError) as fault:
            raise click.ClickException(
                f"{credentials}: no credentials can be read there ({fault})."
            ) from None
        links = {"icart": icart, "pronote": pronote, "teleservices": teleservices}
        app = create_app(
            Configuration(
                issuer=issuer.rstrip("/"),
                base=base.rstrip("/"),
                client_id=said["client_id"],
                client_secret=said.get("client_secret", ""),
                data=data,
                links={name: address for name, address in links.items() if address},
                smtp_host=smtp_host,
                smtp_port=smtp_port,
                school_mail=school_mail,
            )
        )
        _serve(app, port)

    return group


def _serve(app: Flask, port: int) -> None:
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    except SystemExit:
        sys.exit(f"Port {port} is taken by another program.")
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    server.server_close()
    # Threads of requests under way hold nothing that is not in the database.
    os._exit(0)
