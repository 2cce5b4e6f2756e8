"""`idp metrics`: the endpoint of the metrics, started by `idp serve` and `idp worker` with a socket that listens."""

import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from idp import deferred
from idp.cli.terminal import Terminal, pass_terminal
from idp.runtime.processes import end_with_parent
from idp.runtime.pulse import Pulse

if TYPE_CHECKING:
    from idp.monitoring import process
else:
    # The pulse beats before it is imported.
    process = deferred.module("idp.monitoring.process")


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
    Pulse(pulse).keep_beating()
    end_with_parent(parent)
    settings = terminal.settings()
    process.serve(settings, directory, socket.socket(fileno=listener))
