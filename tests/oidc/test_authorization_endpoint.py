"""GET and POST /authorize: responses, error responses and error pages (RFC 6749 §4.1, OIDC Core §3.1.2)."""

from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

import pytest

from idp.oidc.clients import registration
from tests.actors.relying_party import (
    REDIRECT,
    RelyingParty,
    answer,
    is_error_page,
    signed_in_browser,
)
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import Clock

pytestmark = pytest.mark.both_engines


def test_a_live_session_gets_a_code_with_state_and_issuer(portal: RelyingParty) -> None:
    returned = answer(portal.authorize())
    assert (
        returned["state"] == "the-state"
        and returned["iss"] == "http://localhost"
        and len(returned["code"]) >= 43
    )


def test_a_request_may_be_posted(portal: RelyingParty) -> None:
    assert "code" in answer(portal.browser.post("/authorize", data=portal.parameters()))


def test_a_form_of_another_site_still_finds_the_session(portal: RelyingParty) -> None:
    """A cross-site POST lacks the SameSite=Lax cookie: it is redirected to a GET, which carries it."""
    first = portal.app.test_client().post("/authorize", data=portal.parameters())
    assert first.status_code == 303
    assert first.headers["Location"].startswith("/authorize?")
    assert "code" in answer(portal.browser.get(first.headers["Location"]))


def test_a_person_without_a_session_is_sent_to_the_first_step(
    portal: RelyingParty,
) -> None:
    response = portal.app.test_client().get("/authorize", query_string=portal.parameters())
    assert response.status_code == 303 and response.headers["Location"].startswith("/login/")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": 'é"'}, "unsupported_response_type"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "unheard-of"}, "invalid_scope"),
        ({"scope": 'openid "'}, "invalid_scope"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"prompt": "bogus"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "abc"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"display": "hologram"}, "invalid_request"),
        ({"claims": "{"}, "invalid_request"),
        ({"claims": "[]"}, "invalid_request"),
        ({"claims": '{"userinfo": 5}'}, "invalid_request"),
        ({"claims": "[" * 5000}, "invalid_request"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://portail.example/r"}, "invalid_request_uri"),
        ({"request": "junk"}, "invalid_request_object"),
        ({"request": "e30.e30.e30", "request_uri": "https://portail.example/r"}, "invalid_request"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"response_mode": "carrier_pigeon"}, "invalid_request"),
        ({"id_token_hint": "junk"}, "invalid_request"),
        ({"nonce": "n" * 2000}, "invalid_request"),
        ({"login_hint": "x" * 1_000_000}, "invalid_request"),
    ],
)
def test_an_error_response_has_state_and_issuer(
    portal: RelyingParty, change: dict[str, str | None], error: str
) -> None:
    response = portal.browser.post("/authorize", data=portal.parameters(**change))
    if error == "invalid_request" and "login_hint" in change:
        assert response.status_code in (303, 413)
        return
    returned = answer(response)
    assert (
        returned["error"] == error
        and returned["state"] == "the-state"
        and returned["iss"] == "http://localhost"
    )
    assert "code" not in returned


@pytest.mark.parametrize(
    "name",
    [
        "scope",
        "state",
        "nonce",
        "prompt",
        "response_type",
        "code_challenge",
        "unheard_of",
    ],
)
def test_a_parameter_given_twice_is_an_invalid_request(portal: RelyingParty, name: str) -> None:
    query = [*portal.parameters().items(), (name, "again"), (name, "again")]
    assert answer(portal.browser.get("/authorize", query_string=query))["error"] == "invalid_request"


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_client_or_address_given_twice_is_a_page(portal: RelyingParty, name: str) -> None:
    query = [*portal.parameters().items(), (name, portal.parameters()[name])]
    assert is_error_page(portal.browser.get("/authorize", query_string=query), "P03")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"client_id": None}, "P01"),
        ({"client_id": "nobody"}, "P01"),
        ({"client_id": "x" * 5000}, "P01"),
        ({"redirect_uri": None}, "P03"),
        ({"redirect_uri": "https://evil.example/cb"}, "P02"),
        ({"state": "s" * 5000}, "P03"),
    ],
)
def test_an_error_without_a_checked_redirect_uri_is_a_page(
    portal: RelyingParty, change: dict[str, str | None], code: str
) -> None:
    assert is_error_page(portal.browser.post("/authorize", data=portal.parameters(**change)), code)


@pytest.mark.parametrize("response_type", ["code", "token", "id_token", None, "x"])
@pytest.mark.parametrize("scope", ["openid", None])
def test_no_error_redirects_to_an_unregistered_address(
    portal: RelyingParty, response_type: str | None, scope: str | None
) -> None:
    parameters = portal.parameters(
        response_type=response_type, scope=scope, redirect_uri="https://evil.example/"
    )
    assert is_error_page(portal.browser.get("/authorize", query_string=parameters), "P02")


def test_a_query_in_the_registered_redirect_uri_is_preserved(world: World, portal: RelyingParty) -> None:
    portal.registered = world.relying_party(redirect_uris=["https://portail.example/cb?tenant=a%20b"])
    response = portal.authorize(redirect_uri="https://portail.example/cb?tenant=a%20b")
    assert response.headers["Location"].startswith("https://portail.example/cb?tenant=a%20b&code=")


def test_a_native_client_on_the_loopback_chooses_its_port(world: World, portal: RelyingParty) -> None:
    portal.registered = world.relying_party(application_type="native", redirect_uris=["http://127.0.0.1/cb"])
    assert portal.authorize(redirect_uri="http://127.0.0.1:51234/cb").status_code == 303
    assert is_error_page(portal.authorize(redirect_uri="http://127.0.0.1:51234/other"), "P02")
    assert is_error_page(portal.authorize(redirect_uri="http://127.0.0.1:99999/cb"), "P02")


def test_the_answer_can_come_in_the_fragment_or_by_a_form(portal: RelyingParty) -> None:
    location = urlsplit(portal.authorize(response_mode="fragment").headers["Location"])
    assert dict(parse_qsl(location.fragment))["code"] and not location.query
    page = portal.authorize(response_mode="form_post")
    assert page.status_code == 200 and "Location" not in page.headers
    assert f'action="{REDIRECT}"' in page.text and 'name="code"' in page.text and 'name="iss"' in page.text
    assert f"form-action {REDIRECT}" in page.headers["Content-Security-Policy"]


def test_a_suspended_client_is_refused_with_a_page(portal: RelyingParty) -> None:
    registration.disable(portal.client_id, "test", 1)
    assert is_error_page(portal.authorize(), "P04")
    registration.enable(portal.client_id, "test", 2)
    assert "code" in answer(portal.authorize())


def test_an_unknown_parameter_is_ignored(portal: RelyingParty) -> None:
    assert "code" in answer(portal.authorize(extra="foobar"))


def test_an_empty_parameter_is_treated_as_omitted(portal: RelyingParty) -> None:
    returned = answer(portal.authorize(state="", prompt="", max_age=""))
    assert "code" in returned and "state" not in returned


class TestPrompt:
    def test_none_without_a_session_is_login_required(self, portal: RelyingParty) -> None:
        state = "s" * 128
        stranger = portal.app.test_client()
        response = stranger.get("/authorize", query_string=portal.parameters(prompt="none", state=state))
        assert answer(response)["error"] == "login_required" and answer(response)["state"] == state

    def test_none_with_a_session_is_a_code(self, portal: RelyingParty) -> None:
        assert "code" in answer(portal.authorize(prompt="none"))

    @pytest.mark.parametrize("prompt", ["login", "select_account"])
    def test_login_asks_again_for_the_password(self, portal: RelyingParty, clock: Clock, prompt: str) -> None:
        clock.advance(5)
        assert portal.authorize(prompt=prompt).headers["Location"].startswith("/login/")

    def test_none_for_a_person_of_another_profile(self, world: World, portal: RelyingParty) -> None:
        portal.registered = world.relying_party(accepted_profiles=["eleve"])
        assert answer(portal.authorize(prompt="none"))["error"] == "account_selection_required"


class TestMaxAge:
    def test_an_old_login_must_be_renewed(self, portal: RelyingParty, clock: Clock) -> None:
        clock.advance(11)
        assert answer(portal.authorize(max_age="10", prompt="none"))["error"] == "login_required"
        assert "code" in answer(portal.authorize(max_age="20", prompt="none"))

    def test_a_registered_default_applies(self, world: World, portal: RelyingParty, clock: Clock) -> None:
        portal.registered = world.relying_party(default_max_age=10)
        clock.advance(11)
        assert answer(portal.authorize(prompt="none"))["error"] == "login_required"
        assert "code" in answer(portal.authorize(prompt="none", max_age="60"))


class TestALoginFromBefore:
    """A cross-site POST lacks the SameSite=Lax cookies; the redirect that follows carries them.

    The request is too long for a GET, so it waits; without a session at that time there is no earlier login to compare
    with. A session from before the request is still no new login (OIDC Core §3.1.2.1).
    """

    PADDING: ClassVar = {f"padding{number}": "p" * 1900 for number in range(4)}

    @pytest.fixture
    def session(self, portal: RelyingParty, clock: Clock) -> str:
        """The cookie that a cross-site POST lacks, of a session opened a second before."""
        cookie = portal.browser.get_cookie("idp_session")
        assert cookie is not None
        clock.advance(1)
        return cookie.decoded_value

    def opened(self, portal: RelyingParty, session: str, form: dict[str, str]) -> Visitor:
        """The form sent without cookies, and what it leads to opened with the old session beside the new cookies."""
        browser = portal.app.test_client()
        response = browser.post("/authorize", data={**form, **self.PADDING})
        assert response.status_code == 303
        assert response.headers["Location"].startswith("/login/"), "it is too long for an address"
        browser.set_cookie("idp_session", session)
        return Visitor(portal.app, browser).opens(response.headers["Location"])

    def signs_in_anew(self, visitor: Visitor, guardian: Someone) -> None:
        assert visitor.page is not None
        assert visitor.path.endswith(("/profile", "/sign_in")), visitor.page.headers.get("Location")
        if visitor.path.endswith("/profile"):
            visitor.fills(profile="responsable")
        visitor.fills(username=guardian.username, password=guardian.password)
        assert "code" in answer(visitor.page), "a login since is one, even in the same second"

    @pytest.mark.parametrize("asked", [{"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "0"}])
    def test_does_not_satisfy_prompt_login(
        self, portal: RelyingParty, guardian: Someone, session: str, asked: dict[str, str]
    ) -> None:
        visitor = self.opened(portal, session, portal.parameters(**asked))
        self.signs_in_anew(visitor, guardian)

    def test_is_too_old_for_max_age(
        self, portal: RelyingParty, guardian: Someone, session: str, clock: Clock
    ) -> None:
        clock.advance(2)
        visitor = self.opened(portal, session, portal.parameters(max_age="1"))
        self.signs_in_anew(visitor, guardian)

    @pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "1"}])
    def test_does_not_satisfy_a_pushed_request(
        self, portal: RelyingParty, guardian: Someone, session: str, clock: Clock, asked: dict[str, str]
    ) -> None:
        clock.advance(2)
        form = portal.parameters(**asked)
        uri = portal.app.test_client().post("/par", data=form, headers=portal.credentials).get_json()
        visitor = self.opened(
            portal, session, {"client_id": portal.client_id, "request_uri": uri["request_uri"]}
        )
        self.signs_in_anew(visitor, guardian)

    def test_suffices_without_prompt_and_max_age(self, portal: RelyingParty, session: str) -> None:
        visitor = self.opened(portal, session, portal.parameters())
        assert visitor.page is not None and "code" in answer(visitor.page)


class TestIDTokenHint:
    def test_the_person_of_the_session_passes(self, portal: RelyingParty) -> None:
        hint = portal.tokens()["id_token"]
        assert "code" in answer(portal.authorize(id_token_hint=hint, prompt="none"))

    def test_another_person_must_log_in(self, world: World, portal: RelyingParty, clock: Clock) -> None:
        hint = portal.tokens()["id_token"]
        portal.browser = signed_in_browser(world, world.guardian("Paul", "Martin"))
        clock.advance(1)
        assert answer(portal.authorize(id_token_hint=hint, prompt="none"))["error"] == "login_required"


def test_acr_values_choose_the_profile(world: World, portal: RelyingParty) -> None:
    assert "code" in answer(portal.authorize(acr_values="responsable", prompt="none"))
    assert (
        answer(portal.authorize(acr_values="eleve", prompt="none"))["error"] == "account_selection_required"
    )
    portal.browser = signed_in_browser(world, world.pupil())
    assert "code" in answer(portal.authorize(acr_values="eleve", prompt="none"))
