"""`idp worker`: deliver the outbox."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from idp import deferred
from idp.cli.terminal import Terminal, pass_terminal
from idp.monitoring.service import served
from idp.observability import recording, tracing
from idp.runtime.processes import end_with_parent
from idp.runtime.pulse import Pulse, notify_systemd
from idp.runtime.starting import starting

if TYPE_CHECKING:
    from idp import app
    from idp.worker import process
else:
    # The pulse beats before these are imported.
    app = deferred.module("idp.app")
    process = deferred.module("idp.worker.process")


@click.command()
@click.option("--parent", type=int, hidden=True, help="End when this process has ended.")
@click.option("--pulse", type=int, hidden=True, help="Show progress in the memory of this file descriptor.")
@click.option(
    "--metrics", type=click.Path(path_type=Path), hidden=True, help="Directory of the counted metrics."
)
@pass_terminal
def worker(terminal: Terminal, parent: int | None, pulse: int | None, metrics: Path | None) -> None:
    """Deliver mail and logout notices, purge what has expired, rotate keys in time, until SIGTERM or Ctrl-C.

    `idp serve` starts one by itself; several may run at once.
    """
    if pulse is not None:
        Pulse(pulse).keep_beating()
    else:
        notify_systemd()
    if parent is not None:
        end_with_parent(parent)
    settings = terminal.settings()
    port = settings.metrics.worker_port if parent is None else 0
    with served(settings.metrics.host, port, terminal.file, settings.server.frozen_after) as counts:
        if (directory := metrics or counts) is not None:
            recording.begin(directory, "worker")
        tracing.begin(settings.tracing)
        with starting():
            deliverer = process.Worker(app.create_app(settings))
        deliverer.run_until_stopped()
