"""Slow servers, in every part of the response: each exchange ends at its deadline.

No clock is looked at. Each server has far more to say than anybody may wait for, and would end with a right answer: so it is
refused, and hung up on, before that end or not at all.
"""

from contextlib import closing

import pytest

from idp.network import outgoing_http
from idp.network.kept_sessions import KeptSessions
from idp.oidc.participants import notices
from idp.services.notices import NotDelivered
from tests.actors.world import World
from tests.outgoing.conftest import Drip
from tests.outgoing.outside import PIECES, Dripper, allowing

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
END = b"\r\nContent-Length: 2\r\n\r\n{}"
BEFORE_THE_BODY: dict[str, tuple[bytes, ...]] = {
    "accepts and says nothing": (b"", b"", OK + END[2:]),
    "the first line": (b"HTTP/1.1 200 ", b"O", END),
    "one header": (OK + b"X-Slow: ", b"x", END),
    "answers before the answer": (b"", b"HTTP/1.1 100 Continue\r\n\r\n", OK + END[2:]),
}
WITHIN_THE_BODY: dict[str, tuple[bytes, ...]] = {
    "a body of a known length": (OK + b"Content-Length: %d\r\n\r\n" % PIECES, b"x"),
    "a body until the end": (OK + b"\r\n", b"x"),
    "chunks": (CHUNKED, b"1\r\nx\r\n", b"0\r\n\r\n"),
    "the head of one chunk": (CHUNKED + b"1;a=", b"x", b"\r\nx\r\n0\r\n\r\n"),
}
HANDSHAKES: dict[str, tuple[bytes, ...]] = {
    "no handshake": (b"", b""),
    "a record of a handshake": (b"\x16\x03\x03\x3f\xff", b"\x02"),
}
EVERYWHERE = BEFORE_THE_BODY | WITHIN_THE_BODY


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing_http, "PATIENCE", 0.15)


def fetched(server: Dripper, scheme: str = "http") -> outgoing_http.Answer:
    with allowing("127.0.0.0/8"):
        return outgoing_http.get(f"{scheme}://127.0.0.1:{server.port}/", "*/*", 10_000)


@pytest.mark.parametrize("part", EVERYWHERE)
def test_a_slow_server_is_cut_off_before_the_end(dripping: Drip, part: str) -> None:
    server = dripping(*EVERYWHERE[part])
    with pytest.raises(outgoing_http.Unreachable):
        fetched(server)
    assert server.was_left()


@pytest.mark.parametrize("part", EVERYWHERE)
def test_the_same_answer_in_good_time_is_a_right_one(
    dripping: Drip, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So what is refused above is refused for its slowness."""
    monkeypatch.setattr(outgoing_http, "PATIENCE", 30.0)
    monkeypatch.setattr("tests.outgoing.outside.PAUSE", 0.0001)
    server = dripping(*EVERYWHERE[part])
    assert fetched(server).status == 200 and not server.was_left()


@pytest.mark.parametrize("part", HANDSHAKES)
def test_a_slow_handshake_is_cut_off_too(dripping: Drip, part: str) -> None:
    server = dripping(*HANDSHAKES[part])
    with pytest.raises(outgoing_http.Unreachable):
        fetched(server, "https")
    assert server.was_left()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestALogoutNotice:
    """The worker's POST has the same deadline; it does not wait for the body of the response."""

    def deliver(self, world: World, server: Dripper) -> None:
        made = world.relying_party(backchannel_logout_uri=f"http://127.0.0.1:{server.port}/bye")
        ended = {"client_id": made.client_id, "sid": "0" * 32, "subject": "somebody"}
        with closing(KeptSessions()) as http:
            notices.deliver(ended, world.clock(), http)

    @pytest.mark.parametrize("part", BEFORE_THE_BODY)
    def test_a_slow_response_head_is_not_a_delivery(self, world: World, dripping: Drip, part: str) -> None:
        server = dripping(*BEFORE_THE_BODY[part])
        with pytest.raises(NotDelivered):
            self.deliver(world, server)
        assert server.was_left()

    @pytest.mark.parametrize("part", WITHIN_THE_BODY)
    def test_a_complete_response_head_is_a_delivery(self, world: World, dripping: Drip, part: str) -> None:
        server = dripping(*WITHIN_THE_BODY[part])
        self.deliver(world, server)
        assert server.was_left()
