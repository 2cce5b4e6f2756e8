"""`idp metrics`: the endpoint of the metrics, started by `idp serve` and `idp worker` with a socket that listens."""

import socket
from pathlib import Path

import click

from idp.cli.terminal import Terminal, pass_terminal


@click.command(hidden=True)
@click.option("--listener", type=int, required=True, help="File descriptor of the socket.")
@click.option(
    "--directory", type=click.Path(path_type=Path), required=True, help="Directory of the counted metrics."
)
@click.option("--parent", type=int, required=True, help="End when this process has ended.")
@click.option("--pulse", type=int, required=True, help="Show progress in the memory of this file descriptor.")
@pass_terminal
def metrics(terminal: Terminal, listener: int, directory: Path, parent: int, pulse: int) -> None:
    """Serve /metrics; not meant to be called by hand."""
    from idp.runtime.processes import end_with_parent
    from idp.runtime.pulse import Pulse

    Pulse(pulse).keep_beating()
    end_with_parent(parent)
    settings = terminal.settings()
    from idp.monitoring.process import serve

    serve(settings, directory, socket.socket(fileno=listener))
