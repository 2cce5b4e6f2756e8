"""One relying party behind granian: one worker, several threads."""

import functools
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from clients.configuration import Configuration

HOST = "127.0.0.1"
THREADS = 4
_PARENT_POLL = 0.3

Create = Callable[[Configuration], Flask]


def serve_until_stopped(create_app: Create, configuration: Configuration, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C. A port in use ends it with one sentence."""
    _refuse_taken_port(port)
    server = Granian(
        "clients",
        address=HOST,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        # The address of a callback bears a code.
        log_access=False,
        workers_kill_timeout=5,
        respawn_failed_workers=True,
        websockets=False,
    )
    load = functools.partial(_load, create_app, configuration, os.getpid())
    server.serve(target_loader=load, wrap_loader=False)


def _load(create_app: Create, configuration: Configuration, parent: int) -> Callable[..., Any]:
    """The application, made in the worker's own process: its threads and connections do not survive a fork."""
    # Until the server sets its own, a forked worker has its parent's handlers, which would swallow a signal to stop.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s %(message)s")
    threading.Thread(target=_end_with, args=(parent,), name="parent", daemon=True).start()
    return create_app(configuration)


def _end_with(parent: int) -> None:
    """A worker whose parent was killed would keep the port for ever."""
    while os.getppid() == parent:
        time.sleep(_PARENT_POLL)
    os._exit(1)


def _refuse_taken_port(port: int) -> None:
    """The server listens with SO_REUSEPORT and would silently share the port with another program."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError as fault:
            raise click.ClickException(f"Nothing can listen on port {port}: {fault.strerror}.") from None
