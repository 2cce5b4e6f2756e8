"""RP-initiated logout, and the end of a session's grants (RP-Initiated Logout 1.0, Back-Channel Logout 1.0)."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey
from werkzeug.test import TestResponse

from tests.actors.relying_party import RelyingParty, answer, signed_in_browser
from tests.actors.world import Someone, World, deliver_due
from tests.conftest import Clock
from tests.pages import fields_of, visible_text

BYE = "https://portail.example/bye"


def log_out(browser: FlaskClient, **query: str) -> TestResponse:
    """Ask, then press the button of the page that asks back."""
    page = browser.get("/logout", query_string=query)
    if page.status_code != 200 or 'name="confirm"' not in page.text:
        return page
    return browser.post("/logout", data=fields_of(page.text))


def is_signed_in(portal: RelyingParty) -> bool:
    return "code" in answer(portal.authorize(prompt="none"))


def is_signed_in_silently(portal: RelyingParty) -> bool:
    return answer(portal.authorize(prompt="none")).get("error") != "login_required"


class TestCrossSitePost:
    """A POST from elsewhere brings no SameSite=Lax cookie (RP-Initiated Logout 1.0 §2: GET and POST both)."""

    def test_is_asked_again_as_a_get_which_ends_the_session(self, portal: RelyingParty) -> None:
        form = {"id_token_hint": portal.tokens()["id_token"], "post_logout_redirect_uri": BYE, "state": "s"}
        response = portal.app.test_client().post("/logout", data=form)
        assert response.status_code == 303 and "Set-Cookie" not in response.headers
        page = portal.browser.get(response.headers["Location"])
        assert "Se déconnecter" in page.text and is_signed_in(portal), "nobody is logged out unasked"
        done = portal.browser.post("/logout", data=fields_of(page.text))
        assert done.headers["Location"] == f"{BYE}?state=s"
        assert not is_signed_in_silently(portal)

    def test_with_a_forged_confirmation_does_not_clear_the_cookie(self, portal: RelyingParty) -> None:
        response = portal.app.test_client().post("/logout", data={"confirm": "1"})
        assert "idp_session" not in str(response.headers.getlist("Set-Cookie"))
        assert is_signed_in(portal)

    def test_that_is_too_long_for_an_address_still_leads_to_the_question(self, portal: RelyingParty) -> None:
        form = {"state": "s" * 4000, "id_token_hint": "x" * 4000}
        assert portal.app.test_client().post("/logout", data=form).headers["Location"] == "/logout"


class TestPostLogoutRedirect:
    def test_hint_and_registered_address_lead_back_with_state(self, portal: RelyingParty) -> None:
        hint = portal.tokens()["id_token"]
        response = log_out(portal.browser, id_token_hint=hint, post_logout_redirect_uri=BYE, state="s t")
        assert response.headers["Location"] == f"{BYE}?state=s+t"
        assert answer(portal.authorize(prompt="none"))["error"] == "login_required"

    @pytest.mark.parametrize(
        ("hinted", "address", "reason"),
        [
            (True, "https://portail.example/other", "path differ"),
            (True, "https://evil.example/bye", "host differ"),
            (False, BYE, "without a valid id_token_hint"),
        ],
    )
    def test_a_refused_redirect_is_logged_with_a_code(
        self,
        portal: RelyingParty,
        caplog: pytest.LogCaptureFixture,
        hinted: bool,
        address: str,
        reason: str,
    ) -> None:
        hint = {"id_token_hint": portal.tokens()["id_token"]} if hinted else {}
        done = log_out(portal.browser, post_logout_redirect_uri=address, **hint)
        assert done.status_code == 200 and "Location" not in done.headers
        assert "P08" in done.text and address not in done.text
        assert any("P08" in line and reason in line for line in caplog.messages), caplog.messages

    def test_a_logout_without_an_address_needs_no_reason(
        self, portal: RelyingParty, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert "P08" not in visible_text(
            log_out(portal.browser, id_token_hint=portal.tokens()["id_token"]).text
        )
        assert "P08" not in caplog.text

    def test_without_state_the_redirect_has_no_state(self, portal: RelyingParty) -> None:
        hint = portal.tokens()["id_token"]
        response = log_out(portal.browser, id_token_hint=hint, post_logout_redirect_uri=BYE)
        assert response.headers["Location"] == BYE

    @pytest.mark.parametrize("query", [{}, {"state": "s"}, {"post_logout_redirect_uri": BYE}])
    def test_without_a_hint_the_last_page_confirms_the_logout(
        self, portal: RelyingParty, query: dict[str, str]
    ) -> None:
        response = log_out(portal.browser, **query)
        assert response.status_code == 200
        assert "Location" not in response.headers
        assert answer(portal.authorize(prompt="none"))["error"] == "login_required"

    @pytest.mark.parametrize(
        "uri",
        [
            "https://evil.example/",
            BYE + "?foo=bar",
            BYE + "/",
            "//evil.example",
            "/\\evil.example",
            "https://portail.example\t/bye",
            "https://portail.example%09/bye",
            "https://portail.example@evil.example/bye",
            "javascript:alert(1)",
        ],
    )
    def test_another_address_is_never_followed(self, portal: RelyingParty, uri: str) -> None:
        hint = portal.tokens()["id_token"]
        response = log_out(portal.browser, id_token_hint=hint, post_logout_redirect_uri=uri)
        assert response.status_code == 200
        assert "Location" not in response.headers
        assert uri not in response.text

    def test_a_forged_hint_is_never_followed(self, portal: RelyingParty) -> None:
        head, body, _ = portal.tokens()["id_token"].split(".")
        claims = jwt.decode(
            portal.tokens()["id_token"],
            KeySet.import_key_set(portal.app.test_client().get("/jwks.json").get_json()),
        ).claims
        stranger = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key("k" * 32))
        for forged in (f"eyJhbGciOiJub25lIn0.{body}.", f"{head}.{body}.AAAA", stranger, "junk", "x" * 9000):
            response = log_out(portal.browser, id_token_hint=forged, post_logout_redirect_uri=BYE)
            assert "Location" not in response.headers, forged[:30]

    def test_an_expired_hint_is_accepted(self, portal: RelyingParty, clock: Clock) -> None:
        hint = portal.tokens()["id_token"]
        clock.advance(1200)
        assert (
            log_out(portal.browser, id_token_hint=hint, post_logout_redirect_uri=BYE).headers["Location"]
            == BYE
        )


def test_a_link_alone_does_not_log_out(portal: RelyingParty) -> None:
    portal.browser.get("/logout")
    portal.browser.post("/logout")
    assert is_signed_in(portal)


def test_the_confirmation_needs_its_csrf_token(portal: RelyingParty) -> None:
    assert portal.browser.post("/logout", data={"confirm": "1"}).status_code == 400
    assert is_signed_in(portal)


def test_only_the_tokens_of_the_session_are_revoked(
    world: World, portal: RelyingParty, guardian: Someone
) -> None:
    here = portal.tokens(scope="openid email")
    offline = portal.tokens(scope="openid offline_access")
    elsewhere = RelyingParty(world.app, portal.registered, signed_in_browser(world, guardian))
    there = elsewhere.tokens()
    log_out(portal.browser)
    assert portal.userinfo(here["access_token"]).status_code == 401
    assert portal.userinfo(there["access_token"]).status_code == 200
    assert is_signed_in(elsewhere)
    assert portal.refresh(offline["refresh_token"]).status_code == 200, "asked for to outlive the session"


def test_a_code_of_an_ended_session_is_refused(portal: RelyingParty) -> None:
    code = portal.code()
    log_out(portal.browser)
    assert portal.redeem(code).get_json()["error"] == "invalid_grant"


class Listener:
    """A relying party's back-channel address: a real server that keeps what it is sent."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.status = 200
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                listener.received.append({"type": self.headers["Content-Type"], **parse_qs(body)})
                self.send_response(listener.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/backchannel"

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


class TestBackChannel:
    @pytest.fixture
    def notified(self, world: World, portal: RelyingParty, listener: Listener) -> RelyingParty:
        portal.registered = world.relying_party(backchannel_logout_uri=listener.address)
        return portal

    def test_each_relying_party_of_the_session_is_notified(
        self, notified: RelyingParty, listener: Listener, clock: Clock
    ) -> None:
        keys = KeySet.import_key_set(notified.app.test_client().get("/jwks.json").get_json())
        first = jwt.decode(notified.tokens()["id_token"], keys).claims
        log_out(notified.browser)
        deliver_due(notified.app)
        (received,) = listener.received
        assert received["type"] == "application/x-www-form-urlencoded"
        token = jwt.decode(received["logout_token"][0], keys)
        assert token.header["typ"] == "logout+jwt"
        assert token.claims["iss"] == "http://localhost"
        assert token.claims["aud"] == notified.client_id
        assert (token.claims["sub"], token.claims["sid"]) == (first["sub"], first["sid"])
        assert token.claims["iat"] == clock.now < token.claims["exp"] <= clock.now + 120
        assert token.claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
        assert token.claims["jti"]
        assert "nonce" not in token.claims

    def test_a_relying_party_without_tokens_is_left_alone(
        self, world: World, notified: RelyingParty, listener: Listener
    ) -> None:
        log_out(notified.browser)
        deliver_due(notified.app)
        assert listener.received == []

    def test_a_failed_logout_notice_is_sent_again_later(
        self, notified: RelyingParty, listener: Listener, clock: Clock
    ) -> None:
        notified.tokens()
        listener.status = 503
        log_out(notified.browser)
        deliver_due(notified.app)
        deliver_due(notified.app)
        assert len(listener.received) == 1, "a pause comes first"
        listener.status = 200
        clock.advance(5)
        deliver_due(notified.app)
        deliver_due(notified.app)
        assert len(listener.received) == 2
        clock.advance(3600)
        deliver_due(notified.app)
        assert len(listener.received) == 2

    def test_a_logout_token_is_no_id_token_hint(self, notified: RelyingParty, listener: Listener) -> None:
        notified.tokens()
        log_out(notified.browser)
        deliver_due(notified.app)
        token = listener.received[0]["logout_token"][0]
        assert (
            "Location"
            not in log_out(notified.browser, id_token_hint=token, post_logout_redirect_uri=BYE).headers
        )
        returned = answer(notified.authorize(id_token_hint=token, prompt="none"))
        assert returned["error"] == "invalid_request"


def test_the_metadata_announces_logout(portal: RelyingParty) -> None:
    document = json.loads(portal.app.test_client().get("/.well-known/openid-configuration").data)
    assert document["end_session_endpoint"] == "http://localhost/logout"
    assert document["backchannel_logout_supported"] is True
    assert document["backchannel_logout_session_supported"] is True
