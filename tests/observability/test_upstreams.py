"""Outgoing requests carry the request's id and the trace."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from flask import Flask

from idp.network import outgoing_http
from idp.observability import tracing
from idp.observability.requests import Record, begun
from idp.settings import Tracing
from tests.observability.receiver import Receiver


@pytest.fixture
def upstream() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """An address, and the headers of the requests that have come."""
    seen: list[dict[str, str]] = []

    class Request(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(dict(self.headers))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Request)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/keys?secret=value", seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_upstream_sees_the_id_of_the_request_and_no_trace_while_tracing_is_off(
    app: Flask, upstream: tuple[str, list[dict[str, str]]]
) -> None:
    address, seen = upstream
    with app.app_context():
        with begun(Record("the-id-0123456789")):
            outgoing_http.get(address, "application/json", 100)
            outgoing_http.call("GET", address, 100, 5)
        outgoing_http.get(address, "application/json", 100)
    assert [headers.get("X-Request-Id") for headers in seen] == ["the-id-0123456789"] * 2 + [None]
    assert not any("traceparent" in headers for headers in seen)


def test_an_upstream_sees_the_trace_and_the_span_names_no_address(
    app: Flask, upstream: tuple[str, list[dict[str, str]]]
) -> None:
    address, seen = upstream
    receiver = Receiver()
    tracing.begin(Tracing(endpoint=receiver.endpoint))
    try:
        with app.app_context():
            outgoing_http.get(address, "application/json", 100)
            with pytest.raises(outgoing_http.Unreachable):
                outgoing_http.call("GET", "http://127.0.0.1:1/?secret=value", 100, 5)
    finally:
        tracing.end()
        receiver.close()
    first, second = receiver.spans
    assert seen[0]["traceparent"].startswith(f"00-{first.trace}-{first.span}-")
    assert first.attributes == {"http.request.method": "GET", "server.address": "127.0.0.1"}
    assert second.trace != first.trace and not any(b"secret" in body for body in receiver.raw)
