"""Requests whose body comes late, slowly or never hold up nobody else (RFC 9110 §15.5.9, RFC 9112 §3.2)."""

import contextlib
import http.client
import io
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from idp.web import request_bodies
from idp.web.request_bodies import LARGEST_REQUEST, MOST_WAITING, LateBodies, WholeRequests
from tests.operations.installation import Installation, descendants, eventually, status

HALF = b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200\r\n\r\ngrant"
IN_CHUNKS = b"POST /token HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ngrant\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture
def served(installation: Installation) -> Iterator[Installation]:
    with installation.running("serve", "--no-worker"):
        eventually(lambda: status(f"{installation.address}/health/live") == 200)
        yield installation


def connected(installation: Installation, sent: bytes) -> socket.socket:
    connection = socket.create_connection(
        ("127.0.0.1", int(installation.address.rpartition(":")[2])), timeout=60
    )
    connection.sendall(sent)
    return connection


def status_line(connection: socket.socket) -> str:
    """The status line of the next answer, which is read to its end; empty where the connection is closed."""
    answer = http.client.HTTPResponse(connection)
    try:
        answer.begin()
    except http.client.RemoteDisconnected:
        return ""
    answer.read()
    return f"HTTP/1.1 {answer.status} {answer.reason}"


def test_200_requests_whose_body_never_comes_hold_up_nobody(served: Installation) -> None:
    with ExitStack() as stack:
        halves = [
            stack.enter_context(connected(served, HALF if number % 2 else IN_CHUNKS))
            for number in range(MOST_WAITING)
        ]
        for path in ("/health/live", "/health/ready", "/jwks.json", "/help"):
            began = time.monotonic()
            assert status(f"{served.address}{path}") == 200
            assert time.monotonic() - began < 5, path
        # One more than may wait is refused at once rather than kept.
        refused = stack.enter_context(connected(served, HALF))
        assert status_line(refused) == "HTTP/1.1 503 Service Unavailable"
        answers = {status_line(half) for half in halves[1::2]}
        assert answers == {"HTTP/1.1 408 Request Timeout"}
        for half in halves[::2]:
            assert "HTTP/1.1 4" in status_line(half), "a body in chunks that has no end is no request"
    assert status(f"{served.address}/health/ready") == 200


def test_a_body_that_drips_is_late_all_the_same(served: Installation) -> None:
    with connected(served, HALF) as slow, connected(served, HALF) as whole:
        whole.sendall(b"x" * 195)
        assert " 400 " in status_line(whole)
        over = threading.Event()

        def drip() -> None:
            while not over.wait(0.5):
                try:
                    slow.sendall(b"x")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            assert status_line(slow) == "HTTP/1.1 408 Request Timeout"
        finally:
            over.set()
            dripping.join()


def test_a_body_behind_another_request_of_the_same_packet_is_late_too(served: Installation) -> None:
    asked = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with connected(served, asked + HALF) as pipelined:
        received = b""
        while b" 408 " not in received:
            piece = pipelined.recv(4096)
            assert piece, received
            received += piece


def test_200_readers_that_read_nothing_hold_up_nobody(served: Installation) -> None:
    asked = b"GET /.well-known/openid-configuration HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20
    with ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(connected(served, asked))
        assert status(f"{served.address}/health/live") == 200
        assert status(f"{served.address}/jwks.json") == 200


def test_connections_to_the_database_are_those_of_the_slots(installation: Installation) -> None:
    """The server has far more threads than slots; a connection belongs to a slot."""
    with installation.running("serve", "--no-worker") as server:
        eventually(lambda: status(f"{installation.address}/health/ready") == 200)
        [web] = descendants(server.pid)
        _sixty_at_once_open_no_more_than_the_slots(installation, web)


def open_files_of(process: int) -> list[str]:
    """The files that a process has open; one that it closes while they are read is left out."""
    targets: list[str] = []
    for link in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            targets.append(os.readlink(link))
    return targets


def _sixty_at_once_open_no_more_than_the_slots(served: Installation, web: int) -> None:
    database = str(make_url(served.settings().database.url).database)
    asked = b"GET /authorize?client_id=nobody HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for _ in range(3):
        with ExitStack() as stack:
            together = [stack.enter_context(connected(served, asked)) for _ in range(60)]
            assert {status_line(answer) for answer in together} == {"HTTP/1.1 400 Bad Request"}
        open_files = open_files_of(web)
        assert 0 < open_files.count(database) <= 8 + 2, "eight slots, health, and the thread that started"


def test_a_kept_connection_that_rests_is_not_cut(served: Installation) -> None:
    """The watch looks at requests, not at the age of connections."""
    asked = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with connected(served, asked) as resting, connected(served, HALF) as late:
        assert " 200 " in status_line(resting)
        assert " 408 " in status_line(late)
        resting.sendall(asked)
        assert " 200 " in status_line(resting)


def test_a_request_without_host_is_malformed(served: Installation) -> None:
    with connected(served, b"GET /health/live HTTP/1.1\r\n\r\n") as without:
        assert status_line(without) == "HTTP/1.1 400 Bad Request"
    with connected(served, b"GET /health/live HTTP/1.0\r\n\r\n") as old:
        assert " 200 " in status_line(old)


def test_a_body_in_chunks_is_read_as_one(served: Installation) -> None:
    head = b"POST /token HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n" + FORM + b"\r\n"
    with connected(served, head + b"d\r\ngrant_type=no\r\n3\r\nne&\r\n0\r\n\r\n") as chunked:
        answer = chunked.recv(4096)
    assert b" 400 " in answer.partition(b"\r\n")[0] and b"grant_type is missing" not in answer


def called(app: WholeRequests, body: bytes = b"", path: str = "/token", **environ: Any) -> tuple[str, bytes]:
    output: list[str] = []
    made = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **environ,
    }
    answer = b"".join(app(made, lambda line, _headers: output.append(line)))
    return output[0], answer


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [])
    return [environ["wsgi.input"].read(), b"|", environ["CONTENT_LENGTH"].encode()]


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", "9" * 20, " 5"])
def test_a_length_that_is_none_is_malformed(length: str) -> None:
    assert called(WholeRequests(echo, 1), b"abc", CONTENT_LENGTH=length)[0] == "400 Bad Request"


def test_a_body_shorter_than_its_content_length_is_refused() -> None:
    assert called(WholeRequests(echo, 1), b"abc", CONTENT_LENGTH="9")[0] == "408 Request Timeout"


def test_chunks_without_an_end_stop_at_the_largest_body() -> None:
    whole = b"x" * LARGEST_REQUEST
    chunked: dict[str, Any] = {"HTTP_TRANSFER_ENCODING": "chunked"}
    assert called(WholeRequests(echo, 1), whole, **chunked) == (
        "200 OK",
        whole + b"|" + str(LARGEST_REQUEST).encode(),
    )
    assert called(WholeRequests(echo, 1), whole + b"x", **chunked)[0] == "413 Content Too Large"


def test_large_files_leave_slots_for_everybody_else() -> None:
    """A quarter of the slots takes bodies that the application reads by itself."""
    begun, over = threading.Event(), threading.Event()

    def reading(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        if environ["PATH_INFO"] == "/import":
            begun.set()
            assert over.wait(30)
        return echo(environ, start_response)

    app = WholeRequests(reading, 4)
    large = b"x" * (LARGEST_REQUEST + 1)
    first = threading.Thread(target=called, args=(app, large, "/import"))
    first.start()
    try:
        assert begun.wait(30)
        assert called(app, large, "/import")[0] == "503 Service Unavailable"
        assert called(app, b"small")[0] == "200 OK"
    finally:
        over.set()
        first.join()


def test_a_full_server_answers_503_and_health_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_bodies, "SLOT_PATIENCE", 0.05)
    begun, over = threading.Event(), threading.Event()

    def busy(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        if environ["PATH_INFO"] == "/busy":
            begun.set()
            assert over.wait(30)
        return echo(environ, start_response)

    app = WholeRequests(busy, 1)
    first = threading.Thread(target=called, args=(app, b"", "/busy"))
    first.start()
    try:
        assert begun.wait(30)
        assert called(app, b"x")[0] == "503 Service Unavailable"
        assert called(app, b"", "/health/live")[0] == "200 OK"
    finally:
        over.set()
        first.join()


def test_the_watch_releases_no_lock_of_the_database(tmp_path: Path) -> None:
    """A descriptor of the database that is closed releases every POSIX lock of its process: another process would delete the log in use."""
    database = tmp_path / "idp.sqlite3"
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE accounts (id INTEGER PRIMARY KEY)")
    program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM accounts'); c.close()"
    LateBodies()._look(time.monotonic(), time.monotonic())
    subprocess.run([sys.executable, "-c", program, str(database)], check=True)
    assert Path(f"{database}-wal").exists(), "the other process took its connection for the last"
    connection.close()


def test_a_descriptor_that_became_a_file_meanwhile_is_not_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at a number and its duplicate, the socket may be closed and the database opened under its number."""
    own, peer = socket.socketpair()
    number, file = own.fileno(), os.open(tmp_path / "idp.sqlite3", os.O_CREAT | os.O_RDWR)
    look, copies = os.fstat, list[int]()

    def replaced_after_look(looked_at: int) -> os.stat_result:
        mode = look(looked_at)
        os.dup2(file, number) if looked_at == number else copies.append(looked_at)
        return mode

    with monkeypatch.context() as patched:
        patched.setattr(os, "fstat", replaced_after_look)
        with pytest.raises(OSError, match="socket"), request_bodies._duplicate(number):
            pass
    [copy] = copies
    assert os.path.samestat(os.fstat(copy), os.fstat(file)), "the duplicate is still open"
    for opened in (copy, file):
        os.close(opened)
    own.close()
    peer.close()
