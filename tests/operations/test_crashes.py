"""No process dies of a fault in its own code: threads that end, hundreds of clients that hang up, hundreds of stops.

faulthandler writes the stack of whatever dies by a signal to the server's log; the kernel's log is read where it may be.
"""

import contextlib
import os
import re
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.installation import (
    INTERPRETER,
    ROOT,
    Installation,
    alive,
    descendants,
    environment,
    eventually,
    status,
)

DISCONNECTS = 200
AT_ONCE = 20
"""Connections of one mass disconnect."""
STOPS = int(os.environ.get("CRASH_STOPS", "12"))
"""Web workers that are stopped; `make crashes` stops 200."""
WORKERS = 6

_BREAKS_OFF = (
    b"GET /jwks.json HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3,
    b"GET /login HTTP/1.1\r\nHo",
    b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200\r\n\r\ngrant",
    b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 29\r\n\r\ngrant_type=authorization_code",
    b"POST /token HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ngrant\r\n",
)


def ended(work: str, path: Path) -> int:
    """The exit code of a process in which threads work with `what` and end."""
    command = [sys.executable, "-m", "tests.operations.ending_threads", work, str(path)]
    return subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, timeout=60).returncode


def test_threads_of_the_server_end_without_harm(installation: Installation) -> None:
    assert ended("server", installation.config) == 0
    assert ended("client", installation.folder / "client.sqlite3") == 0


@pytest.mark.skipif(sys.version_info >= (3, 12, 4), reason="CPython has mended it (gh-119585)")
def test_the_fault_of_cpython_is_still_there(tmp_path: Path) -> None:
    # As long as it is, database/slots.py is needed; and the test above can fail.
    assert ended("bare", tmp_path) == -signal.SIGSEGV


def test_the_database_is_not_used_outside_of_a_slot(installation: Installation) -> None:
    from idp.database.engine import reading
    from idp.wsgi import application

    app = application(installation.settings())
    slots = app.extensions["connections"].slots
    slots.named_only = True
    with app.app_context():
        with pytest.raises(RuntimeError, match="outside of a slot"):
            reading()
        slots.enter("slot 0")
        assert reading().exec_driver_sql("SELECT 1").scalar() == 1
        app.extensions["connections"].close()
        slots.enter(None)
        with pytest.raises(RuntimeError, match="outside of a slot"):
            reading()


@pytest.fixture
def watched(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """A installation whose processes write their stacks to the log when they die; at the end nothing has."""
    monkeypatch.setenv("PYTHONFAULTHANDLER", "1")
    yield installation
    log = (installation.folder / "serve.log").read_text()
    assert not re.findall(r"Fatal Python error.*|.*panicked at.*|.*Unexpected exit.*|.*exit code.*", log)


def threads(pid: int) -> set[int]:
    """The threads of a process; none when it has ended."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return set(map(int, os.listdir(f"/proc/{pid}/task")))
    return set()


def died_by_the_kernels_log(seen: set[int]) -> list[str]:
    """What the kernel has written of threads of `seen`; nothing where its log may not be read."""
    read = subprocess.run(["dmesg"], capture_output=True, text=True, timeout=20)
    faults = re.findall(r".*\[(\d+)\]: (?:segfault|traps).*", read.stdout)
    return [number for number in faults if int(number) in seen]


def disconnect_all(installation: Installation, number: int) -> None:
    """Open connections, send whole and half requests, and hang up without waiting for an answer."""
    connections = []
    for offset in range(AT_ONCE):
        connection = socket.create_connection(("127.0.0.1", installation.port), timeout=30)
        connection.sendall(_BREAKS_OFF[(offset + number) % len(_BREAKS_OFF)])
        connections.append(connection)
    for offset, connection in enumerate(connections):
        if offset % 3:
            # A reset instead of an orderly end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


def test_200_mass_disconnects(watched: Installation) -> None:
    with watched.running("serve", "--no-worker", program=INTERPRETER) as server:
        eventually(lambda: status(f"{watched.address}/health/ready") == 200, patience=60)
        [web] = descendants(server.pid)
        few = len(threads(web))
        seen: set[int] = set()
        for number in range(DISCONNECTS):
            disconnect_all(watched, number)
            seen |= threads(web)
        assert len(seen) > few
        assert status(f"{watched.address}/health/ready") == 200
        # The server ends threads that had nothing to do for half a minute: there it crashed.
        eventually(lambda: len(threads(web)) <= few + 2, patience=120)
        assert status(f"{watched.address}/health/ready") == 200
        assert descendants(server.pid) == [web]
    assert died_by_the_kernels_log(seen) == []


def test_workers_are_stopped_while_they_work(watched: Installation) -> None:
    seen: set[int] = set()
    for number in range(-(-STOPS // WORKERS)):
        seen |= stopped_while_it_works(watched, number, WORKERS)
    assert died_by_the_kernels_log(seen) == []


def test_workers_that_are_spawned_are_stopped_while_they_work(watched: Installation) -> None:
    # Python 3.14 does not fork by itself, and the end of a spawned process would finalise its interpreter.
    program = (
        "import multiprocessing; multiprocessing.set_start_method('spawn'); from idp.cli import main; main()"
    )
    for number in range(2):
        stopped_while_it_works(watched, number, 1, program=("-c", program))


def stopped_while_it_works(
    installation: Installation, number: int, workers: int, program: tuple[str, str] = INTERPRETER
) -> set[int]:
    """The threads of a server that was stopped just after a mass disconnect, and is gone."""
    with installation.running("serve", "--no-worker", "--workers", workers, program=program) as server:
        eventually(lambda: status(f"{installation.address}/health/ready") == 200, patience=120)
        below = descendants(server.pid)
        disconnect_all(installation, number)
        seen: set[int] = set().union(*map(threads, below))
        server.terminate()
        assert server.wait(60) == 0
        eventually(lambda: not any(map(alive, below)))
        return seen
