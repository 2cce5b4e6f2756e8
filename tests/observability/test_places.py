"""The directory in which a service's processes count, and the server of its endpoint."""

import contextlib
import socket
import sys
import threading
from pathlib import Path

import pytest
from flask import Flask

from idp.monitoring.endpoint import AT_ONCE, Endpoint
from idp.monitoring.exposition import Exposition
from idp.monitoring.readings import DatabaseReadings
from idp.monitoring.service import DirectoryTaken, emptied
from idp.observability import tracing
from idp.settings import Tracing
from tests.observability.samples import Samples
from tests.watching import eventually


def test_a_directory_is_emptied_and_open_to_its_user_alone(tmp_path: Path) -> None:
    directory = emptied(tmp_path / "counts")
    (directory / "counter_web-7.db").write_bytes(b"of another run")
    assert list(emptied(directory).iterdir()) == []
    assert directory.stat().st_mode & 0o777 == 0o700


def test_a_directory_that_another_user_could_have_laid_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o755)
    for name in ("link", "open"):
        with pytest.raises(DirectoryTaken, match=name):
            emptied(tmp_path / name)


def test_silent_clients_keep_no_place_from_prometheus_for_long(app: Flask, counts: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    endpoint = Endpoint(listener, Exposition(counts, DatabaseReadings(app)))
    thread = threading.Thread(target=endpoint.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    address = listener.getsockname()
    silent = [socket.create_connection(address) for _ in range(AT_ONCE)]
    with socket.create_connection(address, timeout=60) as refused:
        assert refused.recv(1) == b""
    for client in silent:
        client.close()

    def scraped() -> Samples | None:
        with contextlib.suppress(OSError):
            return Samples.of(f"http://127.0.0.1:{address[1]}/metrics")
        return None

    samples = eventually(scraped)
    assert samples.value("idp_database_up") == 1
    endpoint.shutdown()
    thread.join()
    endpoint.server_close()


class _Nothing:
    """Finds no module of OpenTelemetry, as where it is not installed."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name.startswith("opentelemetry"):
            raise ModuleNotFoundError(name)


def test_tracing_without_its_packages_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    tracing.refuse_missing(Tracing(endpoint="http://127.0.0.1:1"))
    for name in [name for name in sys.modules if name.startswith("opentelemetry")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_Nothing, *sys.meta_path])
    with pytest.raises(tracing.NotInstalled, match=r"educonnect-idp\[tracing\]"):
        tracing.refuse_missing(Tracing(endpoint="http://127.0.0.1:1"))
