"""Starts the demonstration's processes, waits until each answers, and ends them all together."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

PATIENCE = 60.0
GRACE = 8.0
_LAST_LINES = 15
_LAUNCH = """\
import os, sys
from idp.runtime.processes import end_with_parent
end_with_parent(int(sys.argv[1]))
os.execv(sys.argv[2], sys.argv[2:])
"""


class ServiceDied(Exception):
    """A process of the demonstration ended, or never answered; the message shows the end of its log."""


@dataclass(frozen=True)
class Service:
    """One process. `command` follows the Python interpreter; `answers` is an address that answers once it is ready."""

    name: str
    command: tuple[str, ...]
    answers: str


class Supervisor:
    """The processes of one demonstration. None of them outlives this one, kill -9 included."""

    def __init__(self, log_folder: Path, environ: dict[str, str]) -> None:
        self._log_folder = log_folder
        self._environ = environ
        self._running: dict[Service, subprocess.Popen[bytes]] = {}
        self.stopping = threading.Event()

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, service: Service) -> None:
        """Start one process, in a group of its own so that Ctrl-C reaches it by way of `stop` alone."""
        self._log_folder.mkdir(parents=True, exist_ok=True)
        # The launcher binds the process to this one's life before its own program begins.
        launcher = (sys.executable, "-c", _LAUNCH, str(os.getpid()), sys.executable, *service.command)
        with open(self._log_folder / f"{service.name}.log", "ab") as log:
            self._running[service] = subprocess.Popen(
                launcher,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environ,
                start_new_session=True,
            )

    def wait_until_all_answer(self) -> None:
        """Return when every service answers, or at a signal to stop. Raises ServiceDied."""
        deadline = time.monotonic() + PATIENCE
        for service in self._running:
            while not self.stopping.is_set() and not _answers(service.answers):
                self._raise_if_one_died()
                if time.monotonic() > deadline:
                    raise ServiceDied(
                        f"{service.name} does not answer at {service.answers}.\n{self._end_of_log(service)}"
                    )
                self.stopping.wait(0.1)

    def wait_until_stopped(self) -> None:
        """Return at SIGINT, SIGTERM or SIGHUP. Raises ServiceDied if a process ends by itself."""
        while not self.stopping.wait(0.3):
            self._raise_if_one_died()

    def stop(self) -> None:
        """End all processes and what they have started."""
        for process in self._running.values():
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            # Also when it ended by itself: a process that died may have left children behind.
            _signal_group(process, signal.SIGKILL)
            process.wait()
        self._running.clear()

    def _raise_if_one_died(self) -> None:
        for service, process in self._running.items():
            if process.poll() is not None and not self.stopping.is_set():
                raise ServiceDied(
                    f"{service.name} has ended by itself; all is stopped.\n{self._end_of_log(service)}"
                )

    def _end_of_log(self, service: Service) -> str:
        file = self._log_folder / f"{service.name}.log"
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:]
        return "\n".join([f"The end of {file}:", *(f"  {line}" for line in lines)])


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status < 500)
    except urllib.error.HTTPError as refused:
        return refused.code < 500
    except (OSError, ValueError):
        return False


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
