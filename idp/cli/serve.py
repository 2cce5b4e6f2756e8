"""`idp serve`: the provider's processes."""

import functools
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import click

from idp.cli.terminal import Terminal, pass_terminal
from idp.runtime.pulse import BEAT, Look, Pulse, looked, notify_systemd

_GRACE = 5.0

log = logging.getLogger("idp.server")


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
    from idp import wsgi
    from idp.runtime.processes import end_with_parent, listen
    from idp.runtime.web_server import WebServer
    from idp.web.request_bodies import THREADS_FOR_WAITING

    if parent is not None:
        end_with_parent(parent)
    notify_systemd()
    here = settings.server
    listener = listen(here.host, here.port, "the provider", patience=2.0)
    server = WebServer(listener, here, threads=here.threads + THREADS_FOR_WAITING)
    deliverer = None if no_worker else Deliverer(terminal.file, here.frozen_after)
    if deliverer is not None:
        deliverer.start()
    try:
        server.serve_until_stopped(functools.partial(wsgi.load, settings, os.getpid()))
    finally:
        if deliverer is not None:
            deliverer.stop()


class Deliverer(threading.Thread):
    """Keeps one `idp worker` running beside the server; one that shows no progress for `frozen_after` s is replaced."""

    def __init__(self, file: Path | None, frozen_after: float) -> None:
        super().__init__(name="deliverer", daemon=True)
        config = [] if file is None else ["--config", str(file)]
        self._command = [sys.executable, "-m", "idp.cli", *config, "worker", "--parent", str(os.getpid())]
        self._frozen_after = frozen_after
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        # A child is bound to the life of the thread that started it: this one lives as long as the process.
        while not self._stopping.is_set():
            pulse = Pulse()
            command = [*self._command, "--pulse", str(pulse.inherit())]
            # close_fds=False has it spawned without the pipe that a web worker forked at the same moment would inherit,
            # and on whose end this thread would wait for ever.
            self._child = subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=False)
            self._wait(self._child, pulse)
            pulse.close()
            self._stopping.wait(BEAT)

    def _wait(self, child: "subprocess.Popen[bytes]", pulse: Pulse) -> None:
        """Return when `child` has ended, or was killed because it showed no progress."""
        look = Look(pulse.beats, time.monotonic())
        while child.poll() is None and not self._stopping.wait(BEAT):
            look = looked(look, pulse.beats, time.monotonic())
            if look.still > self._frozen_after:
                log.error("the worker has not moved for %g s: killed", look.still)
                child.kill()
                break
        child.wait()

    def stop(self) -> None:
        """End the worker; undelivered messages wait in the outbox."""
        self._stopping.set()
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
        self.join(_GRACE)
        if self.is_alive() and self._child is not None:
            self._child.kill()
