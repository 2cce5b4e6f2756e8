"""`idp serve`: it answers, stops when told, and none of its processes outlives it."""

import os
import signal
import socket
import urllib.request

from tests.operations.house import House, alive, descendants, eventually, status


def ready(house: House) -> int | None:
    return status(f"{house.address}/health/ready")


def test_a_server_answers_and_stops_when_told(house: House) -> None:
    with house.running("serve") as server:
        eventually(lambda: ready(house) == 200)
        below = descendants(server.pid)
        server.terminate()
        assert server.wait(20) == 0
        eventually(lambda: not any(map(alive, below)))
    assert ready(house) is None


def test_no_process_outlives_a_server_that_is_killed(house: House) -> None:
    with house.running("serve", "--workers", 2) as server:
        eventually(lambda: ready(house) == 200)
        below = eventually(lambda: found if len(found := descendants(server.pid)) >= 3 else None)
        os.kill(server.pid, signal.SIGKILL)
        eventually(lambda: not any(map(alive, below)))


def test_a_web_worker_that_is_killed_is_replaced(house: House) -> None:
    with house.running("serve", "--no-worker") as server:
        eventually(lambda: ready(house) == 200)
        [web] = descendants(server.pid)
        # The server takes a worker that dies within six seconds of its start for one that cannot start.
        os.kill(web, signal.SIGKILL)
        eventually(lambda: ready(house) == 200 and web not in descendants(server.pid))


def test_no_secret_of_an_address_reaches_the_log(house: House) -> None:
    with house.running("serve", "--no-worker"):
        eventually(lambda: ready(house) == 200)
        assert status(f"{house.address}/mail/a-secret-token") is not None
    assert "a-secret-token" not in (house.folder / "serve.log").read_text()


def test_a_taken_port_is_one_sentence(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = house.run("serve", "--port", port)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and f"Port {port}" in done.stderr


def test_the_first_keys_are_made_and_published(house: House) -> None:
    with house.running("serve"):
        eventually(lambda: ready(house) == 200)
        with urllib.request.urlopen(f"{house.address}/jwks.json", timeout=5) as answer:
            assert b'"ES256"' in answer.read()
