"""Processes of the house: a child never outlives its parent, and a taken port is said in one sentence."""

import contextlib
import ctypes
import errno
import os
import signal
import socket
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_PARENT_POLL = 0.5


class PortTaken(Exception):
    """Another program listens on a port that is needed."""


def end_with_parent(parent: int, told: signal.Signals = signal.SIGTERM) -> None:
    """Have this process get the signal `told` when `parent` (a process id) dies, kill -9 included."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, told, 0, 0, 0)
        # The parent may have died before the line above was reached.
        if os.getppid() != parent:
            os.kill(os.getpid(), told)
        return
    threading.Thread(target=_watch, args=(parent, told), name="parent", daemon=True).start()


def refuse_taken_port(host: str, port: int, purpose: str, patience: float = 0.0) -> None:
    """Raise PortTaken if nobody can listen on `host`:`port` within `patience` seconds.

    The server itself listens with SO_REUSEPORT and would silently share the port with a second one.
    """
    deadline = time.monotonic() + patience
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                probe.listen(1)
            except OSError as fault:
                if time.monotonic() < deadline:
                    time.sleep(0.1)
                    continue
                raise PortTaken(_sentence(fault, host, port, purpose)) from None
            return


def _sentence(fault: OSError, host: str, port: int, purpose: str) -> str:
    if fault.errno == errno.EADDRINUSE:
        return (
            f"Port {port} ({purpose}) is in use by another program. Stop that program or choose another port."
        )
    return f"Nothing can listen on {host}:{port} ({purpose}): {fault.strerror}."


def _watch(parent: int, told: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_POLL)
    os.kill(os.getpid(), told)


_M_MMAP_THRESHOLD = -3
_ONE_MEGABYTE = 1 << 20


def give_memory_back() -> None:
    """Have the C library return large blocks at once instead of keeping them in each thread's arena.

    An Argon2id takes 19 MB; eight threads that have each done one would keep 150 MB for ever.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _ONE_MEGABYTE)
