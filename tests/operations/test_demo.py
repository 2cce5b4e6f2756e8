"""`idp demo` as a person uses it: started, stopped, killed, started again."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.operations.installation import ROOT, alive, descendants, environment, eventually, status

READY = "Ctrl-C stops everything"
PATIENCE = 120.0
PREPARED = ("accounts.json", "credentials/icart.json")
"""What a demonstration makes once."""


class Demonstration:
    """A running `idp demo` in `folder`, on ports of its own."""

    def __init__(self, folder: Path, base: int, *words: str) -> None:
        self.folder, self.base = folder, base
        self.killed_with: tuple[dict[str, Any], list[int]] = ({}, [])
        """What it had made once, and its processes, when it was killed."""
        ports = ("--port-base", str(base), "--smtp-port", str(base + 26))
        command = [sys.executable, "-m", "idp.cli", "demo", "--folder", str(folder), *ports, *words]
        folder.parent.mkdir(exist_ok=True)
        self._log = folder.parent / f"{folder.name}-{time.monotonic_ns()}.txt"
        with open(self._log, "w") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    def until(self, words: str) -> str:
        """All output, up to the moment when it has `words` in it or the process has ended."""
        eventually(lambda: words in self._log.read_text() or self.process.poll() is not None, PATIENCE)
        return self._log.read_text()

    def exit_code_after(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)

    def read(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text())


@contextlib.contextmanager
def demonstration(folder: Path, base: int, *words: str) -> Iterator[Demonstration]:
    running = Demonstration(folder, base, *words)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()


@pytest.fixture(scope="module")
def base() -> int:
    """A port that is free, as are those near it."""
    for candidate in range(23000, 32000, 40):
        with contextlib.ExitStack() as probes:
            try:
                for port in (*range(candidate, candidate + 6), candidate + 25, candidate + 26):
                    probes.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            return candidate
    raise AssertionError("no free ports")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, base: int) -> Iterator[Demonstration]:
    """A demonstration that has prepared itself and runs, until a test stops it."""
    with demonstration(tmp_path_factory.mktemp("demonstration") / "data", base) as first:
        assert READY in first.until(READY)
        yield first


@pytest.fixture(scope="module")
def again(first: Demonstration, base: int) -> Iterator[Demonstration]:
    """It was killed, and runs again in its folder, until a service of it dies."""
    first.killed_with = {name: first.read(name) for name in PREPARED}, descendants(first.process.pid)
    first.exit_code_after(signal.SIGKILL)
    with demonstration(first.folder, base) as again:
        assert READY in again.until(READY)
        yield again


def addresses(base: int) -> list[str]:
    return [f"http://localhost:{base + offset}/" for offset in (0, 1, 2, 3, 25)]


def refused(folder: Path, base: int) -> str:
    with demonstration(folder, base) as running:
        output = running.until("nothing of the kind")
        assert running.process.wait(30) == 1
    assert "Traceback" not in output
    return output


def has_the_accounts(output: str, running: Demonstration) -> bool:
    cards = running.read("accounts.json")
    assert {card["name"] for card in cards} >= {"guardian_new", "guardian", "pupil", "head", "administrator"}
    return all(card[name] in output for card in cards for name in ("username", "password"))


def test_it_prints_the_accounts_to_try_and_all_of_it_answers(first: Demonstration, base: int) -> None:
    assert has_the_accounts(first.until(READY), first)
    answers = [status(address) for address in addresses(base)]
    assert [answer for answer in answers if answer is None or answer >= 500] == []


def test_a_mail_of_the_provider_arrives_in_the_mail_box(first: Demonstration, base: int) -> None:
    import smtplib
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Bonjour"
    message.set_content("Bonjour")
    with smtplib.SMTP("127.0.0.1", base + 26, timeout=10) as server:
        server.send_message(message)
    with urllib.request.urlopen(f"http://localhost:{base + 25}/api/messages", timeout=10) as answer:
        assert "Bonjour" in [mail["subject"] for mail in json.load(answer)]


def test_two_demonstrations_in_one_folder_are_refused(first: Demonstration, base: int) -> None:
    assert "Another demonstration runs" in refused(first.folder, base)


def test_it_finds_its_data_again_after_kill_9_and_nothing_outlives_it(
    first: Demonstration, again: Demonstration
) -> None:
    assert has_the_accounts(again.until(READY), again)
    made, below = first.killed_with
    assert len(below) >= 5 and not any(map(alive, below))
    assert {name: again.read(name) for name in PREPARED} == made


def test_a_service_that_dies_is_named_and_all_the_others_stop(again: Demonstration) -> None:
    below = descendants(again.process.pid)
    [pronote] = [
        pid
        for pid in below
        if b"clients.pronote\0" in (words := Path(f"/proc/{pid}/cmdline").read_bytes())
        and b"serve" in words
        and os.getsid(pid) == pid
    ]
    os.kill(pronote, signal.SIGKILL)
    assert again.process.wait(30) == 1
    assert "pronote has ended by itself" in again.until("pronote has ended")
    eventually(lambda: not any(map(alive, below)))


@pytest.mark.parametrize(
    ("made", "stop"), [("idp.sqlite3", signal.SIGTERM), ("credentials", signal.SIGINT)], ids=str
)
def test_a_preparation_that_is_killed_begins_anew_and_all_of_it_stops_at_a_signal(
    tmp_path: Path, base: int, made: str, stop: signal.Signals
) -> None:
    folder = tmp_path / "data"
    with demonstration(folder, base) as killed:
        eventually(lambda: (folder / made).exists())
        killed.exit_code_after(signal.SIGKILL)
    # A preparation that was faster than the kill is held to the same.
    with demonstration(folder, base) as again:
        assert READY in again.until(READY)
        assert len(again.read("accounts.json")) >= 5
        below = descendants(again.process.pid)
        assert len(below) >= 5
        assert again.exit_code_after(stop) == 0
        eventually(lambda: not any(map(alive, below)))
        assert [status(address) for address in addresses(base)] == [None] * 5


def test_a_port_in_use_is_one_clear_sentence(tmp_path: Path, base: int) -> None:
    with socket.create_server(("127.0.0.1", base + 2)):
        assert f"Port {base + 2} (Pronote) is in use" in refused(tmp_path / "data", base)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path, base: int) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    assert "holds something else than a demonstration" in refused(tmp_path, base)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]
