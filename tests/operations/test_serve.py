"""`idp serve`: it answers, stops at a signal, and none of its processes outlives it."""

import contextlib
import os
import signal
import socket
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from tests.operations.installation import INTERPRETER, Installation, alive, descendants, eventually, status


def ready(installation: Installation) -> int | None:
    return status(f"{installation.address}/health/ready")


def test_a_server_answers_and_stops_at_a_signal(installation: Installation) -> None:
    with installation.running("serve", program=INTERPRETER) as server:
        eventually(lambda: ready(installation) == 200)
        below = descendants(server.pid)
        server.terminate()
        assert server.wait(20) == 0
        eventually(lambda: not any(map(alive, below)))
    assert ready(installation) is None


def test_no_process_outlives_a_server_that_is_killed(installation: Installation) -> None:
    with installation.running("serve", "--workers", 2) as server:
        eventually(lambda: ready(installation) == 200)
        below = eventually(lambda: processes if len(processes := descendants(server.pid)) >= 3 else None)
        os.kill(server.pid, signal.SIGKILL)
        eventually(lambda: not any(map(alive, below)))


def test_a_web_worker_that_is_killed_is_replaced(installation: Installation) -> None:
    with installation.running("serve", "--no-worker") as server:
        eventually(lambda: ready(installation) == 200)
        [web] = descendants(server.pid)
        # The server takes a worker that dies within six seconds of its start for one that cannot start.
        os.kill(web, signal.SIGKILL)
        eventually(lambda: ready(installation) == 200 and web not in descendants(server.pid))


def frozen_after(installation: Installation, seconds: int) -> None:
    text = installation.config.read_text()
    installation.config.write_text(text.replace("[server]\n", f"[server]\nfrozen_after = {seconds}\n"))


def test_a_web_worker_that_is_frozen_is_replaced(installation: Installation) -> None:
    frozen_after(installation, 6)
    with installation.running("serve", "--no-worker") as server:
        eventually(lambda: ready(installation) == 200)
        [web] = descendants(server.pid)
        os.kill(web, signal.SIGSTOP)
        eventually(lambda: ready(installation) == 200 and web not in descendants(server.pid), patience=60)
        assert "shows no progress for" in (installation.folder / "serve.log").read_text()


def test_beside_a_web_worker_that_is_frozen_the_others_answer(installation: Installation) -> None:
    frozen_after(installation, 300)
    with installation.running("serve", "--no-worker", "--workers", 2) as server:
        log = installation.folder / "serve.log"
        eventually(lambda: log.read_text().count("Started worker-") >= 2)
        eventually(lambda: ready(installation) == 200)
        below = descendants(server.pid)
        os.kill(below[0], signal.SIGSTOP)
        # Until it has stopped it may still accept a connection, which nobody would serve then.
        eventually(lambda: Path(f"/proc/{below[0]}/stat").read_text().rpartition(")")[2].split()[0] == "T")
        assert [ready(installation) for _ in range(30)] == [200] * 30
        assert descendants(server.pid) == below


def test_nobody_is_refused_while_the_only_web_worker_is_replaced(installation: Installation) -> None:
    with installation.running("serve", "--no-worker") as server, ExitStack() as stack:
        eventually(lambda: ready(installation) == 200)
        [web] = descendants(server.pid)
        os.kill(web, signal.SIGKILL)
        eventually(lambda: not alive(web))
        waiting: list[socket.socket] = []

        def asks_until_there_is_another() -> bool:
            connection = stack.enter_context(
                socket.create_connection(("127.0.0.1", installation.port), timeout=60)
            )
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            waiting.append(connection)
            return len(waiting) >= 20 and bool(set(descendants(server.pid)) - {web})

        eventually(asks_until_there_is_another)
        # What waited for a worker is answered by the new one.
        answers = {connection.recv(4096).split(b"\r\n")[0] for connection in waiting}
        assert answers == {b"HTTP/1.1 200 OK"}


def test_web_workers_that_are_killed_at_once_are_all_replaced(installation: Installation) -> None:
    frozen_after(installation, 6)
    with installation.running("serve", "--no-worker", "--workers", 3) as server:
        eventually(lambda: len(descendants(server.pid)) == 3)
        eventually(lambda: ready(installation) == 200, patience=60)
        first = descendants(server.pid)
        for web in first:
            os.kill(web, signal.SIGKILL)
        eventually(lambda: len(set(descendants(server.pid)) - set(first)) == 3, patience=60)
        eventually(lambda: ready(installation) == 200, patience=60)


def test_how_a_web_worker_died_is_in_the_log(installation: Installation) -> None:
    with installation.running("serve", "--no-worker") as server:
        eventually(lambda: ready(installation) == 200)
        [web] = descendants(server.pid)
        os.kill(web, signal.SIGSEGV)
        log = installation.folder / "serve.log"
        eventually(lambda: f"exit code {-signal.SIGSEGV}" in log.read_text())
        eventually(lambda: ready(installation) == 200)


def test_a_deliverer_that_is_frozen_or_killed_is_replaced(installation: Installation) -> None:
    frozen_after(installation, 6)
    with installation.running("serve") as server:
        first = eventually(lambda: deliverer(server.pid))
        os.kill(first, signal.SIGKILL)
        second = eventually(
            lambda: successor if (successor := deliverer(server.pid)) not in (None, first) else None
        )
        os.kill(second, signal.SIGSTOP)
        eventually(lambda: deliverer(server.pid) not in (None, second), patience=60)
        eventually(lambda: not alive(second))


def deliverer(server: int) -> int | None:
    """The process id of the `idp worker` below `server`, once it is that program."""
    for pid in descendants(server):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
    return None


def test_no_secret_of_an_address_reaches_the_log(installation: Installation) -> None:
    with installation.running("serve", "--no-worker"):
        eventually(lambda: ready(installation) == 200)
        assert status(f"{installation.address}/mail/a-secret-token") is not None
    assert "a-secret-token" not in (installation.folder / "serve.log").read_text()


def test_a_taken_port_is_one_sentence(installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = installation.run_process("serve", "--port", port)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and f"Port {port}" in done.stderr


def test_the_first_keys_are_made_and_published(installation: Installation) -> None:
    with installation.running("serve"):
        eventually(lambda: ready(installation) == 200)
        with urllib.request.urlopen(f"{installation.address}/jwks.json", timeout=5) as answer:
            assert b'"ES256"' in answer.read()
