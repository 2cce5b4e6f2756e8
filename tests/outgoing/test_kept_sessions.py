"""Connections to relying parties are used again, and every request on them is checked anew."""

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from idp.network import kept_sessions, outgoing_http
from idp.network.kept_sessions import KeptSessions
from tests.actors.notice_receiver import NoticeReceiver
from tests.outgoing.conftest import Drip
from tests.outgoing.outside import allowing


@pytest.fixture
def receiver() -> Iterator[NoticeReceiver]:
    made = NoticeReceiver().open()
    yield made
    made.close()


@pytest.fixture
def sessions() -> Iterator[KeptSessions]:
    made = KeptSessions()
    with allowing("127.0.0.0/8"):
        yield made
        made.close()


def post(sessions: KeptSessions, address: str) -> int:
    return sessions.post(address, f"{address}/bye", {"logout_token": "x"})


@pytest.mark.parametrize("body", [b"", b"OK", b"x" * 4000])
def test_one_connection_serves_many_notices(
    sessions: KeptSessions, receiver: NoticeReceiver, body: bytes
) -> None:
    receiver.body = body
    assert [post(sessions, receiver.address) for _ in range(4)] == [200] * 4
    assert (receiver.connections, len(receiver.taken)) == (1, 4)


def test_a_long_answer_is_left_unread(sessions: KeptSessions, receiver: NoticeReceiver) -> None:
    receiver.body = b"x" * 100_000
    assert [post(sessions, receiver.address) for _ in range(2)] == [200] * 2
    assert receiver.connections == 2


def test_a_connection_that_the_service_has_closed_is_replaced(
    sessions: KeptSessions, receiver: NoticeReceiver
) -> None:
    post(sessions, receiver.address)
    receiver.drop()
    assert post(sessions, receiver.address) == 200 and receiver.connections == 2
    receiver.close()
    with pytest.raises(requests.ConnectionError):
        post(sessions, receiver.address)


def test_a_redirect_is_not_followed_and_a_cookie_is_not_kept(
    sessions: KeptSessions, receiver: NoticeReceiver
) -> None:
    receiver.status = 302
    receiver.headers = {"Location": f"{receiver.address}/there", "Set-Cookie": "a=b"}
    assert post(sessions, receiver.address) == 302 and receiver.asked == 1
    ((session, _),) = sessions._sessions.values()
    assert not list(session.cookies)


def test_a_kept_connection_is_not_used_once_the_name_leads_inside(
    monkeypatch: pytest.MonkeyPatch, receiver: NoticeReceiver
) -> None:
    addresses = iter(["127.0.0.1", "10.0.0.1"])
    the_systems_own = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *arguments: Any, **options: Any) -> Any:
        known = next(addresses) if host == "service.example" else host
        return the_systems_own(known, port, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    address = f"http://service.example:{receiver.port}"
    with allowing("127.0.0.0/8"), contextlib.closing(KeptSessions()) as sessions:
        assert post(sessions, address) == 200
        with pytest.raises(outgoing_http.InsideAddress):
            post(sessions, address)
    assert receiver.asked == 1


def test_a_kept_connection_is_cut_at_the_deadline_like_a_new_one(
    monkeypatch: pytest.MonkeyPatch, dripping: Drip
) -> None:
    monkeypatch.setattr(outgoing_http, "PATIENCE", 0.15)
    first = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    server = dripping(first, b"H")
    with allowing("127.0.0.0/8"), contextlib.closing(KeptSessions()) as sessions:
        address = f"http://127.0.0.1:{server.port}"
        assert post(sessions, address) == 200
        with pytest.raises((TimeoutError, requests.RequestException)):
            post(sessions, address)
    assert server.was_left()


def test_connections_are_bounded_and_idle_ones_closed(
    monkeypatch: pytest.MonkeyPatch, sessions: KeptSessions, receiver: NoticeReceiver
) -> None:
    monkeypatch.setattr(kept_sessions, "MOST", 2)
    for name in ("a", "b", "c"):
        sessions.post(name, f"{receiver.address}/bye", {"logout_token": "x"})
    assert list(sessions._sessions) == ["b", "c"]
    sessions.close(unused_since=0.0)
    assert len(sessions._sessions) == 2
    sessions.close(unused_since=float("inf"))
    assert not sessions._sessions
