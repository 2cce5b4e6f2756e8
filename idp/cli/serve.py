"""`idp serve`: the provider's processes. The application is imported before they are forked, so they share its memory."""

import functools
import os

import click

from idp import wsgi
from idp.cli.terminal import Terminal, pass_terminal
from idp.monitoring.service import served
from idp.observability import tracing
from idp.observability.log_lines import init_logs
from idp.runtime.companion import Companion
from idp.runtime.processes import end_with_parent, listen
from idp.runtime.pulse import notify_systemd
from idp.runtime.web_server import WebServer
from idp.web.request_bodies import THREADS_FOR_WAITING


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
    tracing.refuse_missing(settings.tracing)
    if parent is not None:
        end_with_parent(parent)
    notify_systemd()
    init_logs(settings.server.log_level, settings.server.log_format)
    here, metrics = settings.server, settings.metrics
    listener = listen(here.host, here.port, "the provider", patience=2.0)
    with served(metrics.host, metrics.port, terminal.file, here.frozen_after) as counts:
        server = WebServer(listener, here, threads=here.threads + THREADS_FOR_WAITING)
        counting = [] if counts is None else ["--metrics", str(counts)]
        deliverer = None if no_worker else Companion(["worker", *counting], terminal.file, here.frozen_after)
        if deliverer is not None:
            deliverer.start()
        try:
            server.serve_until_stopped(functools.partial(wsgi.load, settings, os.getpid(), counts))
        finally:
            if deliverer is not None:
                deliverer.stop()
