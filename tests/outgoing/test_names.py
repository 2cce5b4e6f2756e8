"""Internal addresses in every notation, and a name that resolves to two addresses in turn.

Here 127.0.0.2 plays a public address (it is allowed by name), and 127.0.0.1 everything that is inside.
"""

import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from idp.network import outgoing_http
from idp.network.kept_sessions import KeptSessions
from idp.oidc.participants import notices
from idp.services.notices import NotDelivered
from tests.actors.world import World
from tests.outgoing.outside import Listener, allowing

NAME = "service.example"
OUTER, INNER = "127.0.0.2", "127.0.0.1"
ALLOWED = f"{OUTER}/32"
Answers = list[list[str]]

CARRIED = {
    "IPv4-compatible": ("::127.0.0.1", "::10.1.2.3", "::a9fe:a9fe"),
    "IPv4-translated": ("::ffff:0:127.0.0.1", "::ffff:0:10.1.2.3", "::ffff:0:a9fe:a9fe"),
    "NAT64": ("64:ff9b::127.0.0.1", "64:ff9b::10.1.2.3", "64:ff9b::a9fe:a9fe"),
    "NAT64, of one's own": ("64:ff9b:1::127.0.0.1", "64:ff9b:1:ffff::10.1.2.3"),
    "6to4": ("2002:7f00:1::", "2002:a01:203::1", "2002:a9fe:a9fe::"),
    "Teredo": ("2001:0:7f00:1::", "2001:0:808:808:0:0:80ff:fffe"),
    "IPv4-mapped": ("::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:a9fe:a9fe"),
    "site-local": ("fec0::1", "feff::1"),
    "of this machine or link": ("::", "::1", "fe80::1", "fe80::1%lo", "ff02::1", "fc00::1", "fd00::1"),
}


@pytest.mark.parametrize("how", CARRIED)
def test_no_address_of_the_inside_is_permitted_however_it_is_carried(how: str) -> None:
    with allowing():
        assert [address for address in CARRIED[how] if outgoing_http.permitted(address)] == []


def test_addresses_of_the_outside_are_permitted() -> None:
    with allowing():
        for address in ("8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "2606:4700::1111"):
            assert outgoing_http.permitted(address), address


@pytest.fixture
def listeners() -> Iterator[tuple[Listener, Listener]]:
    """A listener on a permitted address, and one on an internal address at the same port."""
    says = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nouter"
    outer = Listener(OUTER, says=says)
    while True:
        try:
            inner = Listener(INNER, outer.port, says)
            break
        except OSError:
            # Somebody else's already: another port, then.
            outer.close()
            outer = Listener(OUTER, says=says)
    yield outer, inner
    outer.close()
    inner.close()


@pytest.fixture
def outer(listeners: tuple[Listener, Listener]) -> Listener:
    return listeners[0]


@pytest.fixture
def inner(listeners: tuple[Listener, Listener]) -> Listener:
    return listeners[1]


def looked_up(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> list[str]:
    """From now on NAME has these addresses, at each look-up the next ones; every look-up of it is noted."""
    asked: list[str] = []
    the_systems_own = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *arguments: Any, **options: Any) -> list[Any]:
        if host != NAME:
            return the_systems_own(host, port, *arguments, **options)
        asked.append(host)
        addresses = answers[min(len(asked), len(answers)) - 1]
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            entry
            for address in addresses
            for entry in the_systems_own(address, port, type=socket.SOCK_STREAM)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_name_is_looked_up_once_and_the_judged_address_is_called(
    monkeypatch: pytest.MonkeyPatch, outer: Listener, inner: Listener
) -> None:
    asked = looked_up(monkeypatch, [[OUTER], [INNER]])
    with allowing(ALLOWED):
        answer = outgoing_http.get(f"http://{NAME}:{outer.port}/", "*/*", 1000)
    assert answer.body == b"outer" and f"Host: {NAME}:{outer.port}".encode() in outer.received_bytes
    assert (asked, outer.seen, inner.seen) == ([NAME], 1, 0)


MIXED: dict[str, Answers] = {
    "inside": [[INNER]],
    "inside, then outside": [[INNER], [OUTER]],
    "an outer one first": [[OUTER, INNER]],
    "an outer one last": [[INNER, OUTER]],
    "one in the middle": [[OUTER, INNER, OUTER]],
    "of the other family": [[OUTER, "::1"]],
    "mapped": [[OUTER, "::ffff:127.0.0.1"]],
    "carried by NAT64": [[OUTER, "64:ff9b::7f00:1"]],
    "of a link": [[OUTER, "169.254.169.254"]],
    "none at all": [[]],
}


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("answers", MIXED.values(), ids=MIXED)
def test_one_inner_address_among_a_names_refuses_it(
    monkeypatch: pytest.MonkeyPatch, outer: Listener, inner: Listener, answers: Answers, scheme: str
) -> None:
    asked = looked_up(monkeypatch, answers)
    with allowing(ALLOWED), pytest.raises(outgoing_http.Unreachable):
        outgoing_http.get(f"{scheme}://{NAME}:{outer.port}/", "*/*", 1000)
    assert (asked, outer.seen, inner.seen) == ([NAME], 0, 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.settings(outgoing={"allowed_networks": [ALLOWED]})
@pytest.mark.parametrize(
    ("answers", "called"), [([[OUTER], [INNER]], True), ([[INNER]], False), ([[OUTER, INNER]], False)]
)
def test_a_logout_notice_is_checked_in_the_same_way(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    outer: Listener,
    inner: Listener,
    answers: Answers,
    called: bool,
) -> None:
    made = world.relying_party(backchannel_logout_uri=f"https://{NAME}:{outer.port}/bye")
    asked = looked_up(monkeypatch, answers)
    ended = {"client_id": made.client_id, "sid": "0" * 32, "subject": "somebody"}
    # The listener has no TLS: only the connection is checked.
    with pytest.raises(NotDelivered), closing(KeptSessions()) as http:
        notices.deliver(ended, world.clock(), http)
    assert (asked, bool(outer.seen), inner.seen) == ([NAME], called, 0)
