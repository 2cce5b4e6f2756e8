"""What metrics, log lines and traces cost a request: `python -m bench.observing`.

Processor time of GET /jwks.json and of GET /userinfo without a token, in one process, each way in turns; the ratio is
to the same application without a record of its requests.
"""

import io
import logging
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from idp.app import create_app
from idp.database import schema
from idp.observability import log_lines, recording, tracing
from idp.oidc import signing
from idp.runtime.context import system_clock
from idp.settings import Settings, Tracing, load_settings
from idp.web.request_bodies import WholeRequests

ROUNDS = 15
REQUESTS = 400
PATHS = ("/jwks.json", "/userinfo")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = prepared(Path(folder))
        requests = WholeRequests(app, 8, app.extensions["connections"].slots.enter)
        recording.begin(Path(folder), "web-1")
        recorder = recording.recorder
        silence(logging.getLogger())

        def ways() -> list[tuple[str, Callable[[], None]]]:
            return [
                ("without a record", lambda: choose(app, None, False, bare=True)),
                ("all off", lambda: choose(app, None, False)),
                ("metrics", lambda: choose(app, recorder, False)),
                ("metrics and JSON lines", lambda: choose(app, recorder, True)),
            ]

        results: dict[tuple[str, str], list[float]] = {}
        for _ in range(ROUNDS):
            for path in PATHS:
                for name, begin in ways():
                    begin()
                    results.setdefault((path, name), []).append(processor_time(requests, path))
        choose(app, recorder, False)
        traced = prepared_traced(Path(folder))
        requests = WholeRequests(traced, 8, traced.extensions["connections"].slots.enter)
        for path in PATHS:
            results[path, "metrics and traces"] = [processor_time(requests, path) for _ in range(ROUNDS)]
    for path in PATHS:
        base = statistics.median(results[path, "without a record"])
        for (its_path, name), times in results.items():
            if its_path == path:
                median = statistics.median(times)
                print(f"{path:12} {name:24} {median * 1e6:7.1f} µs  {median / base:5.2f}")


def settings_in(folder: Path) -> Settings:
    return load_settings(
        None,
        {},
        {
            "server": {"mode": "development", "issuer": "http://localhost"},
            "database": {"url": f"sqlite:///{folder / 'idp.sqlite3'}"},
            "secrets": {"master_key": "dGVzdC1tYXN0ZXIta2V5LW9mLTMyLWJ5dGVzISEhISE"},
        },
    )


def prepared(folder: Path) -> Flask:
    """An application on a database with signing keys."""
    app = create_app(settings_in(folder))
    with app.app_context():
        schema.migrate()
        signing.ensure(system_clock())
        app.extensions["connections"].close()
    app.extensions["observed"] = app.wsgi_app
    return app


def prepared_traced(folder: Path) -> Flask:
    """The same; spans go to an exporter that drops them, so that the network is no part of the measurement."""
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class Dropped(SpanExporter):
        def export(self, spans: Any) -> SpanExportResult:
            return SpanExportResult.SUCCESS

    tracing.begin(Tracing(endpoint="http://127.0.0.1:1"), Dropped())
    return create_app(settings_in(folder))


def choose(app: Flask, recorder: recording.Recorder | None, lines: bool, bare: bool = False) -> None:
    recording.recorder = recorder
    log_lines.access.disabled = not lines
    app.wsgi_app = (  # type: ignore[method-assign]
        Flask.wsgi_app.__get__(app) if bare else app.extensions["observed"]
    )


def silence(root: logging.Logger) -> None:
    """Lines are made and written to memory: the disk is no part of the measurement."""
    for handler in root.handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(io.StringIO())
            handler.setFormatter(log_lines.JsonLines())


def processor_time(requests: WholeRequests, path: str) -> float:
    """Seconds of processor time a request."""
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "CONTENT_LENGTH": "0",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
    }
    began = time.process_time()
    for _ in range(REQUESTS):
        for _part in requests(dict(environ), lambda *_: None):
            pass
    return (time.process_time() - began) / REQUESTS


if __name__ == "__main__":
    main()
