"""One connection to the SMS gateway serves many messages: opened again when the gateway has closed it, left when it is slow."""

import time
from collections.abc import Iterator

import pytest
from flask import Flask

from idp.app import create_app
from idp.database.engine import transaction
from idp.messages.rules import retries
from idp.messages.storage import outbox
from idp.network import outgoing_http
from idp.worker.deliveries import OpenConnections, deliver_batch, deliver_try
from tests.actors.notice_receiver import NEVER, NoticeReceiver
from tests.conftest import Clock, fresh_database, settings_for
from tests.outgoing.conftest import Drip, dripping

__all__ = ["dripping"]


@pytest.fixture
def gateway() -> Iterator[NoticeReceiver]:
    """A server that keeps connections open, and counts them."""
    receiver = NoticeReceiver().open()
    yield receiver
    receiver.close()


@pytest.fixture
def connections() -> Iterator[OpenConnections]:
    made = OpenConnections()
    yield made
    made.close()


def app_with(clock: Clock, port: int, **sms: object) -> Flask:
    url = f"http://127.0.0.1:{port}/send"
    return create_app(settings_for(fresh_database("sqlite"), sms={"url": url, **sms}), clock)


def deliver(app: Flask, clock: Clock, connections: OpenConnections, number: int = 1) -> int:
    """Post codes and deliver what is due; how many were delivered."""
    facts = {"code": "123456", "minutes": 10}
    payload = {"to": "+33612345678", "template": "code", "language": "fr", "facts": facts}
    with app.app_context():
        with transaction() as tx:
            for _ in range(number):
                outbox.post(tx, "sms", payload, clock.now)
        return deliver_batch(retries.SMS, connections, clock, NEVER).claimed


def test_many_messages_take_one_connection(
    gateway: NoticeReceiver, connections: OpenConnections, clock: Clock
) -> None:
    app = app_with(clock, gateway.port)
    for _ in range(3):
        deliver(app, clock, connections, 4)
    assert gateway.asked == 12 and gateway.connections == 1


def test_a_connection_that_the_gateway_has_closed_is_opened_again(
    gateway: NoticeReceiver, connections: OpenConnections, clock: Clock
) -> None:
    app = app_with(clock, gateway.port)
    deliver(app, clock, connections)
    gateway.drop()
    deliver(app, clock, connections, 2)
    assert (gateway.asked, gateway.connections) == (3, 2)
    assert len(gateway.taken) == 3, "each message once"


def test_a_gateway_that_does_not_keep_connections_gets_a_new_one_each_time(
    gateway: NoticeReceiver, connections: OpenConnections, clock: Clock
) -> None:
    gateway.headers = {"Connection": "close"}
    deliver(app_with(clock, gateway.port), clock, connections, 3)
    assert (gateway.asked, gateway.connections) == (3, 3)


def test_an_unused_connection_is_closed(
    gateway: NoticeReceiver, connections: OpenConnections, clock: Clock
) -> None:
    app = app_with(clock, gateway.port)
    deliver(app, clock, connections)
    connections.close(time.monotonic() - 60)
    deliver(app, clock, connections)
    assert gateway.connections == 1
    connections.close(time.monotonic() + 60)
    deliver(app, clock, connections)
    assert gateway.connections == 2


def test_a_refused_message_leaves_the_connection_and_its_cookie_does_not_go_with_the_next(
    gateway: NoticeReceiver, connections: OpenConnections, clock: Clock
) -> None:
    app = app_with(clock, gateway.port)
    gateway.status, gateway.headers = 400, {"Set-Cookie": "seen=1; Path=/"}
    deliver(app, clock, connections)
    gateway.status = 200
    deliver(app, clock, connections)
    assert gateway.connections == 1 and len(gateway.taken) == 1
    assert not any(session.cookies for session, _ in connections.http._sessions.values())


def test_a_kept_connection_is_cut_at_the_deadline_and_not_used_again(
    dripping: Drip, connections: OpenConnections, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing_http, "PATIENCE", 0.15)
    server = dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"H")
    app = app_with(clock, server.port, timeout=0.3)
    deliver(app, clock, connections)
    deliver(app, clock, connections)
    assert server.was_left() and not connections.http._sessions
    with app.app_context():
        clock.advance(60)
        assert not deliver_try(retries.SMS, connections, clock), "the gateway counts as failing"
