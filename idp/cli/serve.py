"""`idp serve`: the provider's processes."""

import functools
import os
import subprocess
import sys
import threading
from pathlib import Path

import click

from idp.cli.terminal import Terminal, pass_terminal

_PAUSE = 1.0


@click.command()
@click.option("--host", help="Address to listen on (server.host).")
@click.option("--port", type=int, help="Port to listen on (server.port).")
@click.option("--workers", type=int, help="Processes (server.workers).")
@click.option("--threads", type=int, help="Threads a process (server.threads).")
@click.option("--no-worker", is_flag=True, help="Deliver no mail from here: `idp worker` runs elsewhere.")
@click.option("--parent", type=int, hidden=True, help="End when this process has ended.")
@pass_terminal
def serve(
    terminal: Terminal,
    host: str | None,
    port: int | None,
    workers: int | None,
    threads: int | None,
    no_worker: bool,
    parent: int | None,
) -> None:
    """Serve the provider, and deliver its mail, until SIGTERM or Ctrl-C."""
    settings = terminal.settings(server={"host": host, "port": port, "workers": workers, "threads": threads})
    from granian import Granian
    from granian.constants import Interfaces

    from idp import wsgi
    from idp.processes import end_with_parent, refuse_taken_port

    if parent is not None:
        end_with_parent(parent)
    here = settings.server
    refuse_taken_port(here.host, here.port, "the provider", patience=2.0)
    server = Granian(
        "idp.wsgi",
        address=here.host,
        port=here.port,
        interface=Interfaces.WSGI,
        workers=here.workers,
        blocking_threads=here.threads,
        # A link in a mail is a secret, and an access log would keep it.
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )
    deliverer = None if no_worker else Deliverer(terminal.file)
    if deliverer is not None:
        deliverer.start()
    try:
        server.serve(target_loader=functools.partial(wsgi.load, settings, os.getpid()), wrap_loader=False)
    finally:
        if deliverer is not None:
            deliverer.stop()


class Deliverer(threading.Thread):
    """Keeps one `idp worker` running beside the server."""

    def __init__(self, file: Path | None) -> None:
        super().__init__(name="deliverer", daemon=True)
        config = [] if file is None else ["--config", str(file)]
        self._command = [sys.executable, "-m", "idp.cli", *config, "worker", "--parent", str(os.getpid())]
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        # A child is bound to the life of the thread that started it: this one lives as long as the process.
        while not self._stopping.is_set():
            # close_fds=False has it spawned without the pipe that a web worker forked at the same moment would inherit,
            # and on whose end this thread would wait for ever.
            self._child = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, close_fds=False)
            self._child.wait()
            self._stopping.wait(_PAUSE)

    def stop(self) -> None:
        """End the worker; what it had not delivered waits in the outbox."""
        self._stopping.set()
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
        self.join(5)
