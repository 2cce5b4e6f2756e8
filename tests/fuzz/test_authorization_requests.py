"""Arbitrary input at /authorize: never a 500, never a redirect to an unregistered address, always the right form of error."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.actors.relying_party import REDIRECT, RelyingParty, signed_in_browser
from tests.actors.visitor import Visitor
from tests.actors.world import World
from tests.fuzz.parameters import NAMES

WORDS = (
    "openid",
    "none",
    "login",
    "consent",
    "code",
    "form_post",
    "fragment",
    "0",
    "{}",
    "[" * 900,
    "é",
    "\x00",
    "%",
    "",
)
ERRORS = {
    "invalid_request",
    "invalid_scope",
    "invalid_target",
    "unsupported_response_type",
    "request_not_supported",
    "registration_not_supported",
    "invalid_request_object",
    "invalid_request_uri",
    "login_required",
    "consent_required",
    "interaction_required",
    "account_selection_required",
    "unmet_authentication_requirements",
}
SOME = settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
values = st.sampled_from(WORDS) | st.text(max_size=40)
changes = st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=5)


@pytest.fixture
def party(app: Flask, world: World) -> RelyingParty:
    return RelyingParty(app, world.relying_party(), signed_in_browser(world, world.guardian()))


def judge(response: TestResponse) -> None:
    """One of the four right forms."""
    if response.status_code in (302, 303):
        where = urlsplit(response.headers["Location"])
        if where.netloc == "":
            # max_age=0 is prompt=login: the person types the password again.
            assert where.path.startswith(("/authorize", "/login/")), where
            return
        assert f"{where.scheme}://{where.netloc}{where.path}" == REDIRECT
        returned = dict(parse_qsl(where.query or where.fragment))
        assert returned["iss"] == "http://localhost"
        assert "code" in returned or returned["error"] in ERRORS
    elif response.status_code == 200:
        assert f'action="{REDIRECT}"' in response.text, "form_post"
    else:
        assert 400 <= response.status_code < 500 and response.mimetype == "text/html"
        assert "Location" not in response.headers


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_parameters_redirect_to_an_unregistered_address(party: RelyingParty, method: str) -> None:
    @SOME
    @given(changes)
    def check(extra: list[tuple[str, str]]) -> None:
        named = {name for name, _ in extra}
        pairs = [(n, v) for n, v in party.parameters().items() if n not in named] + extra
        if method == "GET":
            judge(party.browser.get(f"/authorize?{urlencode(pairs)}"))
        else:
            encoded = urlencode(pairs)
            judge(
                party.browser.post(
                    "/authorize", data=encoded, content_type="application/x-www-form-urlencoded"
                )
            )

    check()


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in ("resource", "client_id", "redirect_uri")]
)
def test_every_parameter_twice_is_invalid_request(party: RelyingParty, name: str) -> None:
    pairs = [*party.parameters().items(), (name, "x"), (name, "x")]
    response = party.browser.get(f"/authorize?{urlencode(pairs)}")
    returned = dict(parse_qsl(urlsplit(response.headers["Location"]).query))
    assert returned["error"] == "invalid_request"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "value",
    ["x" * 200_000, "w " * 10_000, "[" * 10_000, "%ff%00%0d%0a"],
    ids=["long", "words", "deep", "bytes"],
)
def test_excessive_parameters_are_refused_at_once(party: RelyingParty, name: str, value: str) -> None:
    judge(party.browser.post("/authorize", data=party.parameters(**{name: value})))


def test_invalid_utf_8_is_refused(party: RelyingParty) -> None:
    for name in NAMES:
        judge(party.browser.get(f"/authorize?{urlencode(party.parameters())}&{name}=%ff%fe"))


def test_pages_of_this_package_accept_any_input(app: Flask, party: RelyingParty) -> None:
    visitor = Visitor(app, party.browser).opens("/device")

    @SOME
    @given(st.text(max_size=60) | st.sampled_from(WORDS))
    def check(typed: str) -> None:
        assert visitor.opens("/device").fills(user_code=typed).status in (400, 429)

    check()
    for path in ("/login/x/consent", "/login/%00/consent", f"/login/{'x' * 5000}/consent"):
        assert 400 <= visitor.browser.get(path).status_code < 500
        assert 400 <= visitor.browser.post(path, data={"act": "agree"}).status_code < 500
