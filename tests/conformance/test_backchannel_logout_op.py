"""Back-Channel OP: the provider notifies the relying party of a session's end, server to server (Back-Channel Logout 1.0)."""

from urllib.parse import parse_qs

from flask import Flask, request

from tests.actors.world import deliver_due
from tests.conformance import checks
from tests.conformance.conftest import Register
from tests.conformance.registrations import BYE
from tests.conformance.suite import ISSUER, RelyingParty
from tests.conftest import Clock, Serve

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def test_backchannel_logout_discovery_endpoint_verification(party: RelyingParty) -> None:
    """§2.1."""
    assert party.metadata["backchannel_logout_supported"] is True
    assert party.metadata["backchannel_logout_session_supported"] is True


def listener(received: list[tuple[str, str]]) -> Flask:
    """The relying party's own server; what was posted to it, type and body."""
    app = Flask("listener")

    @app.post("/backchannel")
    def backchannel() -> str:
        received.append((request.content_type or "", request.get_data(as_text=True)))
        return ""

    return app


def test_backchannel_rp_initiated_logout(register: Register, serve: Serve, clock: Clock) -> None:
    """§2.4, §2.5: the token, and how it is posted; then the way back, and the session is gone."""
    received: list[tuple[str, str]] = []
    uri = f"{serve(listener(received))}/backchannel"
    party = register(backchannel_logout_uri=uri, backchannel_logout_session_required=True)
    login = party.logs_in()
    hint = login.tokens["id_token"]
    page = party.person.logs_out(id_token_hint=hint, post_logout_redirect_uri=BYE, state="s").page
    assert page is not None and page.headers["Location"] == f"{BYE}?state=s"
    deliver_due(party.app)
    ((content_type, body),) = received
    assert content_type.partition(";")[0] == "application/x-www-form-urlencoded"
    form = parse_qs(body, strict_parsing=True)
    assert form.keys() == {"logout_token"} and len(form["logout_token"]) == 1
    check_logout_token(party, form["logout_token"][0], login.claims, clock())
    assert party.asks(prompt="none") == []
    assert party.answer()["error"] == "login_required"


def check_logout_token(party: RelyingParty, token: str, id_token: dict[str, object], now: int) -> None:
    """§2.4."""
    header = checks.header_of(token)
    assert header.get("typ", "logout+jwt") == "logout+jwt"
    claims = checks.verified(token, party.jwks, party.registered["id_token_signed_response_alg"])
    assert claims["iss"] == ISSUER and claims["aud"] in (party.client_id, [party.client_id])
    assert type(claims["iat"]) is int and now - 60 <= claims["iat"] <= now
    # At most two minutes in the future is what §4 recommends.
    assert type(claims["exp"]) is int and now < claims["exp"] <= now + 120
    assert isinstance(claims["jti"], str) and claims["jti"]
    assert claims["events"] == {EVENT: {}}
    assert claims["sid"] == id_token["sid"] and claims["sub"] == id_token["sub"]
    assert claims.keys() == {"iss", "aud", "iat", "exp", "jti", "events", "sid", "sub"}
