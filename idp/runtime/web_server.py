"""The HTTP server of `idp serve`: granian with one listening socket and monitored workers.

By default granian binds a socket in each worker (SO_REUSEPORT). When a worker ends, its queue is lost: clients are
refused until the next starts, and connections of a frozen worker wait for ever. Here the parent listens and all workers
accept from the same queue, so any worker can take a waiting connection. docs/dependencies.md lists what is overridden.
"""

import functools
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.server.mp import MPServer

from idp.observability import tracing
from idp.observability.log_lines import server_logs
from idp.runtime.pulse import BEAT, Look, Pulse, looked
from idp.settings.sections import Server

BACKLOG = 1024
"""Connections that may wait for a worker."""
KILL_AFTER = 10
"""Seconds for a worker to stop after the signal."""
CANNOT_START = os.EX_CONFIG
"""Exit code of a worker that refuses to start, however long it took to find out."""
_ORDERLY = (0, CANNOT_START, -signal.SIGTERM, -signal.SIGKILL)

log = logging.getLogger("idp.server")


def _serve_and_leave(target: Callable[..., None], *args: Any) -> None:
    """Main function of a worker. Skips the interpreter's finalisation, which would end threads inside Rust code and abort.

    No data is lost: a request's writes are committed, and an SQLite connection needs no closing.
    """
    code = 0
    try:
        target(*args)
    except SystemExit as reason:
        # A configuration under which no worker can serve: another attempt would end in the same way.
        log.critical("%s", reason)
        code = CANNOT_START
    tracing.end()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _exit_code(worker: Any) -> int | None:
    """The exit code of an ended worker; None if unknown."""
    # Another thread waits for the same process, and sets the code a moment later.
    deadline = time.monotonic() + 1
    while (code := worker.inner.exitcode) is None and time.monotonic() < deadline:
        time.sleep(0.01)
    return int(code) if code is not None else None


class WebServer(MPServer):
    """Workers that accept connections from `listener`; a worker without progress is killed and replaced."""

    def __init__(self, listener: socket.socket, settings: Server, threads: int) -> None:
        self._listener = listener
        self._frozen_after = settings.frozen_after
        self._pulses: dict[Any, Pulse] = {}
        self._over = threading.Event()
        super().__init__(
            "idp.wsgi",
            address=settings.host,
            port=settings.port,
            interface=Interfaces.WSGI,
            workers=settings.workers,
            backlog=BACKLOG,
            # HTTP/2 multiplexes requests on a connection, where a single one cannot be cut off.
            http=HTTPModes.http1,
            blocking_threads=threads,
            # A link of a mail is a secret, and an access log would store it.
            log_access=False,
            log_dictconfig=server_logs(settings.log_level, settings.log_format),
            respawn_failed_workers=True,
            workers_kill_timeout=KILL_AFTER,
        )

    def serve_until_stopped(self, load: Callable[[Pulse, int], Any]) -> None:
        """Serve the application of `load` (pulse and number of the worker) in each worker, until SIGTERM or SIGINT. Raises SystemExit if no worker can start."""
        watch = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self.on_startup(watch.start)
        try:
            self.serve(target_loader=load, wrap_loader=False)
        finally:
            self._over.set()

    def _init_shared_socket(self) -> None:
        self._listener.listen(self.backlog)
        number = self._listener.fileno()
        # granian's stub has only the signature for Windows.
        shared: Any = SocketHolder(number, False, self.backlog)  # type: ignore[call-arg]
        self._ssp, self._shd, self._sso = None, shared, self._listener

    def _spawn_worker(  # type: ignore[override]
        self, idx: int, target: Any, callback_loader: Callable[[Pulse, int], Any]
    ) -> Any:
        pulse = Pulse()
        leaving = functools.partial(_serve_and_leave, target)
        worker = super()._spawn_worker(idx, leaving, functools.partial(callback_loader, pulse, idx + 1))
        self._pulses[worker] = pulse
        return worker

    def _respawn_workers(
        self, workers: Sequence[int], spawn_target: Any, target_loader: Any, delay: float = 0
    ) -> None:
        old = [self.wrks[idx] for idx in workers]
        if any(_exit_code(worker) == CANNOT_START for worker in old):
            # The server ends with exit code 1: granian recognises a worker that cannot start by its quick end alone.
            self.interrupt_children.extend(workers)
            self.interrupt_signal = True
            self.main_loop_interrupt.set()
            return
        super()._respawn_workers(workers, spawn_target, target_loader, delay)
        self._leave(old)

    def _stop_workers(self) -> None:
        self._over.set()
        old = list(self.wrks)
        super()._stop_workers()  # type: ignore[no-untyped-call]
        self._leave(old)

    def _leave(self, ended: Sequence[Any]) -> None:
        for worker in ended:
            code = _exit_code(worker)
            if code not in _ORDERLY:
                log.error("worker-%d has ended with exit code %s", worker.idx + 1, code)
            self._pulses.pop(worker).close()

    def _watch(self) -> None:
        """Kill the workers whose pulse has stopped; the server replaces ended workers."""
        looks: dict[Any, Look] = {}
        while not self._over.wait(BEAT):
            now = time.monotonic()
            looks = {worker: self._look(worker, looks.get(worker), now) for worker in list(self.wrks)}
            for worker, look in looks.items():
                if look.still > self._frozen_after and not worker.interrupt_by_parent:
                    self._replace(worker, look.still)
                    looks[worker] = Look(look.beats, now)

    def _replace(self, worker: Any, still: float) -> None:
        log.error("worker-%d shows no progress for %g s: replaced", worker.idx + 1, still)
        if worker.inner.exitcode is None:
            # The server waits for its end.
            worker.inner.kill()
        elif worker.idx not in self.interrupt_children:
            # granian misses a worker that ends while it handles the end of another.
            self.interrupt_children.append(worker.idx)
        self.main_loop_interrupt.set()

    def _look(self, worker: Any, last: Look | None, now: float) -> Look:
        try:
            beats = self._pulses[worker].beats
        except (KeyError, ValueError):
            # The worker has ended meanwhile.
            return Look(0, now)
        return Look(beats, now) if last is None else looked(last, beats, now)
