"""Process helpers: end with the parent, check that a port is free, return freed memory."""

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


def end_with_parent(parent: int, sent_signal: signal.Signals = signal.SIGTERM) -> None:
    """Send this process the signal `sent_signal` when `parent` (a process id) ends, even by kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, sent_signal, 0, 0, 0)
        # The parent may have ended before the line above.
        if os.getppid() != parent:
            os.kill(os.getpid(), sent_signal)
        return
    threading.Thread(target=_watch, args=(parent, sent_signal), name="parent", daemon=True).start()


def refuse_taken_port(host: str, port: int, purpose: str, patience: float = 0.0) -> None:
    """Raise PortTaken if this process cannot listen on `host`:`port` within `patience` seconds."""
    listen(host, port, purpose, patience).close()


def listen(host: str, port: int, purpose: str, patience: float = 0.0) -> socket.socket:
    """A socket that listens on `host`:`port`, without SO_REUSEPORT. Raises PortTaken after `patience` seconds."""
    deadline = time.monotonic() + patience
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Accepted connections inherit the option from the listening socket.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            listener.bind((host, port))
            listener.listen(1)
            return listener
        except OSError as fault:
            listener.close()
            if time.monotonic() > deadline:
                raise PortTaken(_sentence(fault, host, port, purpose)) from None
        time.sleep(0.1)


def _sentence(fault: OSError, host: str, port: int, purpose: str) -> str:
    if fault.errno == errno.EADDRINUSE:
        return (
            f"Port {port} ({purpose}) is in use by another program. Stop that program or choose another port."
        )
    return f"Nothing can listen on {host}:{port} ({purpose}): {fault.strerror}."


def _watch(parent: int, sent_signal: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_POLL)
    os.kill(os.getpid(), sent_signal)


_M_MMAP_THRESHOLD = -3
_ONE_MEGABYTE = 1 << 20


def give_memory_back() -> None:
    """Configure the C library to return large blocks at once instead of caching them in each thread's arena.

    An Argon2id hash takes 19 MB; eight threads would hold 150 MB for ever.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _ONE_MEGABYTE)
