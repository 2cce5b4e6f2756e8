"""`idp demo`: the provider, three services and a mail box on this machine, with an invented school."""

import os
from pathlib import Path

import click

from idp.cli.terminal import Terminal, pass_terminal
from idp.demo.place import Place
from idp.demo.run import run
from idp.runtime.processes import end_with_parent


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".demo"),
    show_default=True,
    help="Where the demonstration keeps its data.",
)
@click.option("--fresh", is_flag=True, help="Delete the data of an earlier demonstration first.")
@click.option(
    "--port-base",
    type=click.IntRange(1024, 65000),
    default=8000,
    show_default=True,
    help="Port of the provider; i-Cart, Pronote and Téléservices follow it, the mail box is 25 above.",
)
@click.option(
    "--smtp-port", type=click.IntRange(1024, 65535), help="Port of the mail server.  [default: 1025]"
)
@click.option("--stop-with-parent", is_flag=True, hidden=True, help="End when the calling process has ended.")
@pass_terminal
def demo(
    _terminal: Terminal,
    folder: Path,
    fresh: bool,
    port_base: int,
    smtp_port: int | None,
    stop_with_parent: bool,
) -> None:
    """Make an invented school and start the provider, three services and a mail box, until Ctrl-C.

    The data stays in the folder for the next start.
    """
    if stop_with_parent:
        end_with_parent(os.getppid())
    run(Place(folder.resolve(), port_base, 1025 if smtp_port is None else smtp_port), fresh)
