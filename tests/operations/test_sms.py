"""SMS: what a real gateway on loopback receives, and what happens when it refuses, is slow or dead."""

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask

from idp.app import create_app
from idp.database.engine import reading, transaction
from idp.messages.sms import parts
from idp.messages.storage import destinations, outbox
from idp.worker import deliveries
from tests.actors.due_messages import due
from tests.conftest import Clock, fresh_database, settings_for

NUMBER = "+33612345678"


class Gateway:
    """Answers with `status`, after `held` is set where there is one; keeps what it was sent."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.held: threading.Event | None = None
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                form = "form" in (self.headers["Content-Type"] or "")
                gateway.received.append(dict(parse_qsl(body.decode())) if form else json.loads(body))
                gateway.headers.append(dict(self.headers.items()))
                if gateway.held is not None:
                    gateway.held.wait(20)
                self.send_response(gateway.status)
                if gateway.status == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/send"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    gateway = Gateway()
    yield gateway
    if gateway.held is not None:
        gateway.held.set()
    gateway.server.shutdown()
    gateway.server.server_close()


def app_with_sms(clock: Clock, **sms: Any) -> Flask:
    return create_app(settings_for(fresh_database("sqlite"), sms=sms), clock)


def post(app: Flask) -> int:
    """A code in the outbox; its number."""
    with app.app_context():
        now = app.extensions["clock"]()
        payload = {
            "to": NUMBER,
            "template": "code",
            "language": "fr",
            "facts": {"code": "123456", "minutes": 10},
        }
        with transaction() as tx:
            outbox.post(tx, "sms", payload, now)
        return due(now)[-1]


def deliver(app: Flask, message: int) -> bool:
    with app.app_context():
        return deliveries.deliver(message, app.extensions["clock"]())


def row(app: Flask, message: int) -> dict[str, Any]:
    from sqlalchemy import select

    from idp.messages.storage.outbox import OutboxMessage

    with app.app_context():
        statement = select(OutboxMessage.__table__).where(OutboxMessage.id == message)
        return dict(reading().execute(statement).mappings().one())


def test_a_code_arrives_as_the_settings_say(gateway: Gateway, clock: Clock) -> None:
    app = app_with_sms(clock, url=gateway.url, token="s3cret", sender="College")
    assert deliver(app, post(app))
    (sent,) = gateway.received
    assert sent["to"] == NUMBER and sent["from"] == "College" and sent["id"]
    assert sent["text"].startswith("123456 est votre code") and sent["text"].endswith("@localhost #123456")
    assert parts(sent["text"]) == 1
    assert gateway.headers[0]["Authorization"] == "Bearer s3cret"


def test_another_gateway_wants_a_form_and_digits(gateway: Gateway, clock: Clock) -> None:
    fields = {"mobile": "{to_digits}", "msg": "{text}", "key": "{token}"}
    app = app_with_sms(clock, url=gateway.url, content="form", fields=fields, headers={}, token="s3cret")
    assert deliver(app, post(app))
    assert gateway.received[0]["mobile"] == "33612345678" and gateway.received[0]["key"] == "s3cret"


@pytest.mark.parametrize(
    ("status", "given_up"),
    [(400, True), (403, True), (404, True), (429, False), (500, False), (503, False), (302, False)],
)
def test_what_will_not_pass_is_given_up_and_the_rest_tried_again(
    gateway: Gateway, clock: Clock, status: int, given_up: bool
) -> None:
    gateway.status = status
    app = app_with_sms(clock, url=gateway.url)
    message = post(app)
    assert not deliver(app, message)
    stored = row(app, message)
    assert (stored["given_up_at"] is not None) is given_up
    assert len(gateway.received) == 1, "a redirect is not followed"
    assert NUMBER not in stored["last_error"] and "123456" not in stored["last_error"]


def next_try(app: Flask) -> int:
    with app.app_context():
        (failing,) = destinations.failing(reading())
        return failing.next_try_at


def test_pauses_grow_and_nothing_is_lost(gateway: Gateway, clock: Clock) -> None:
    gateway.status = 500
    app = app_with_sms(clock, url=gateway.url)
    message = post(app)
    pauses = []
    for _ in range(4):
        deliver(app, message)
        pauses.append(next_try(app) - clock.now)
        clock.advance(pauses[-1])
    gateway.status = 200
    assert pauses == [5, 10, 20, 40]
    assert deliver(app, message)
    assert len({sent["id"] for sent in gateway.received}) == 1, "each attempt bears the same id"


def test_a_dead_and_a_slow_gateway_are_tried_again(gateway: Gateway, clock: Clock) -> None:
    gateway.held = threading.Event()
    slow = app_with_sms(clock, url=gateway.url, timeout=0.2)
    message = post(slow)
    assert not deliver(slow, message)
    assert row(slow, message)["last_error"] == "too_slow"
    dead = app_with_sms(clock, url="http://127.0.0.1:9/sms")
    message = post(dead)
    assert not deliver(dead, message)
    assert row(dead, message)["given_up_at"] is None


def test_no_number_code_or_secret_is_logged(
    gateway: Gateway, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    gateway.status = 500
    app = app_with_sms(clock, url=gateway.url, token="s3cret-token")
    deliver(app, post(app))
    for secret in (NUMBER, "612345678", "123456", "s3cret-token"):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("é" * 160, 1),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
    ],
)
def test_how_many_sms_a_text_takes(text: str, count: int) -> None:
    assert parts(text) == count
