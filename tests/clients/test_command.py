"""`python -m clients.<service>`: the registration document, and serving as its own processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.clients.outside import free_port

SERVICES = ("icart", "pronote", "teleservices")


def run_command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words], capture_output=True, text=True, timeout=60, check=False
    )


def test_each_prints_a_registration_document_of_its_own() -> None:
    documents = []
    for name in SERVICES:
        printed = run_command(f"clients.{name}", "registration", "--base", "https://service.example/")
        document = json.loads(printed.stdout)
        assert document["redirect_uris"] == ["https://service.example/callback"]
        assert document["backchannel_logout_uri"] == "https://service.example/backchannel-logout"
        assert document["id_token_signed_response_alg"] == "ES256"
        documents.append(document)
    assert documents[2]["accepted_profiles"] == ["responsable"]
    methods = {document["token_endpoint_auth_method"] for document in documents}
    assert methods == {"client_secret_basic", "client_secret_post"}


@pytest.mark.parametrize("name", ["icart", "pronote_cas"])
def test_a_document_is_printed_without_the_application_and_its_server(name: str, tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data.sqlite3")) if name == "pronote_cas" else ()
    words = ("-X", "importtime", "-m", f"clients.{name}", "registration", "--base", "https://service.example")
    printed = subprocess.run(
        [sys.executable, *words, *data], capture_output=True, text=True, timeout=60, check=True
    )
    imported = {line.rpartition("|")[2].strip() for line in printed.stderr.splitlines()}
    assert f"clients.{name}.registration" in imported
    assert not {"flask", "granian", f"clients.{name}.app"} & imported


def words(folder: Path, port: int) -> list[str]:
    credentials = folder / "credentials.json"
    credentials.write_text('{"client_id": "a", "client_secret": "b"}', encoding="utf-8")
    base = f"http://localhost:{port}"
    return ["clients.pronote", "serve", "--issuer", "http://localhost:1", "--base", base, "--port", str(port),
            "--credentials", str(credentials), "--data", str(folder / "pronote.sqlite3")]  # fmt: skip


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def running(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    with open(tmp_path / "log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *words(tmp_path, port)], stdout=log, stderr=log, start_new_session=True
        )
    until(lambda: answers(port))
    yield process
    process.kill()
    process.wait()


def answers(port: int) -> bool:
    try:
        return "Se connecter" in requests.get(f"http://localhost:{port}/", timeout=5).text
    except requests.ConnectionError:
        return False


def until(condition: object) -> None:
    deadline = time.monotonic() + 30
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_it_serves_without_the_provider_and_stops_at_sigterm(
    running: subprocess.Popen[bytes], port: int, tmp_path: Path
) -> None:
    answer = requests.get(f"http://localhost:{port}/login", timeout=10)
    assert (answer.status_code, "ne répond pas" in answer.text) == (502, True)
    second = run_command(*words(tmp_path, port))
    assert second.returncode == 1
    assert second.stderr.startswith(f"Error: Nothing can listen on port {port}")
    running.send_signal(signal.SIGTERM)
    assert running.wait(20) == 0
    assert not answers(port)
    assert "/callback" not in (tmp_path / "log").read_text()


def test_nothing_outlives_a_killed_server(running: subprocess.Popen[bytes], port: int) -> None:
    os.kill(running.pid, signal.SIGKILL)
    running.wait(20)
    until(lambda: not answers(port))


@pytest.mark.parametrize("text", [None, "", "[]", '{"client_secret": "b"}'], ids=repr)
def test_invalid_credentials_are_reported_in_one_sentence(text: str | None, tmp_path: Path) -> None:
    command = words(tmp_path, free_port())
    credentials = tmp_path / "credentials.json"
    credentials.unlink()
    if text is not None:
        credentials.write_text(text, encoding="utf-8")
    completed = run_command(*command)
    assert completed.returncode == 1
    assert completed.stderr.startswith(f"Error: {credentials}: ")
    assert completed.stderr.count("\n") == 1
