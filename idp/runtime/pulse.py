"""Progress of a process: a counter in memory shared with its parent.

A thread of its own increments it. It stops if the process is stopped as a whole (SIGSTOP, a debugger), hangs during its
start, or if a thread never releases the interpreter. A slow request does not stop it.
"""

import contextlib
import mmap
import os
import socket
import struct
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import reduction
from typing import Any

BEAT = 0.5
"""Seconds between two increments, and between two readings."""
_COUNT = struct.Struct("Q")


@dataclass(frozen=True)
class Look:
    """A reading: the counter, its time (monotonic seconds), and for how long it has not changed."""

    beats: int
    at: float
    still: float = 0.0


def looked(last: Look, beats: int, now: float) -> Look:
    """The next reading. Time in which the watcher itself was stopped, as on a suspended machine, hardly counts."""
    if beats != last.beats:
        return Look(beats, now)
    return Look(beats, now, last.still + min(now - last.at, 2 * BEAT))


class Pulse:
    """The shared counter. It survives a fork, pickling for another process, and an exec by its file descriptor number."""

    def __init__(self, number: int | None = None) -> None:
        """A new counter, or that of the inherited file descriptor `number`. Raises OSError if there is none."""
        if number is None:
            with tempfile.TemporaryFile() as file:
                file.truncate(_COUNT.size)
                number = os.dup(file.fileno())
        self.number = number
        self._memory = mmap.mmap(number, _COUNT.size)

    @property
    def beats(self) -> int:
        return int(_COUNT.unpack_from(self._memory)[0])

    def keep_beating(self) -> None:
        """Start counting in a thread of this process."""
        threading.Thread(target=self._beat, name="pulse", daemon=True).start()

    def inherit(self) -> int:
        """Make it inheritable by child programs. Returns its file descriptor number."""
        os.set_inheritable(self.number, True)
        return self.number

    def close(self) -> None:
        self._memory.close()
        os.close(self.number)

    def __reduce__(self) -> tuple[Callable[[Any], "Pulse"], tuple[Any]]:
        return _taken_along, (reduction.DupFd(self.number),)

    def _beat(self) -> None:
        pause = threading.Event()
        while not pause.wait(BEAT):
            _COUNT.pack_into(self._memory, 0, self.beats + 1)


def notify_systemd() -> None:
    """Notify systemd's watchdog twice per `WatchdogSec=` (sd_watchdog_enabled(3)); nothing without a watchdog."""
    address, period = os.environ.get("NOTIFY_SOCKET", ""), os.environ.get("WATCHDOG_USEC", "")
    if not address or not period.isdigit() or os.environ.get("WATCHDOG_PID") not in (None, str(os.getpid())):
        return
    # An @ stands for the NUL of an abstract socket name.
    address = f"\0{address[1:]}" if address.startswith("@") else address
    arguments = (address, int(period) / 2e6)
    threading.Thread(target=_notify_systemd, args=arguments, name="systemd", daemon=True).start()


def _notify_systemd(address: str, seconds: float) -> None:
    pause = threading.Event()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        while True:
            # systemd may be restarting; the next notification follows soon.
            with contextlib.suppress(OSError):
                notified.sendto(b"WATCHDOG=1", address)
            pause.wait(seconds)


def _taken_along(duplicate: Any) -> Pulse:
    return Pulse(duplicate.detach())
