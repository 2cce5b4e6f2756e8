"""The pages of a login over HTTP: bound to their browser, never a dead end, no secrets in logs, nothing revealed to strangers."""

import html
import logging
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.app import create_app
from tests.actors.relying_party import RelyingParty, answer
from tests.actors.visitor import Visitor
from tests.actors.world import PROVISIONAL, Someone, World
from tests.conftest import Clock, fresh_database, settings_for
from tests.databases import lent
from tests.pages import fields_of, forms_with


@pytest.fixture
def guardian(world: World) -> Someone:
    return world.guardian()


@pytest.fixture
def world(contextless: World) -> World:
    return contextless


@pytest.fixture
def portal(world: World) -> RelyingParty:
    return RelyingParty(world.app, world.relying_party(), world.app.test_client())


def waiting(portal: RelyingParty) -> str:
    """The address of the dispatcher of a fresh request."""
    return portal.begins()


def choose(portal: RelyingParty, profile: str = "responsable") -> str:
    """Through the profile page; the address of the sign-in page."""
    address = waiting(portal)
    step = portal.browser.get(address).headers["Location"]
    if not step.endswith("/profile"):
        return step
    _, fields = forms_with(portal.browser.get(step).text, {"profile"})[0]
    portal.browser.post(step, data={**fields, "profile": profile})
    return portal.browser.get(address).headers["Location"]


def sign_in(portal: RelyingParty, someone: Someone, password: str | None = None):
    address = choose(portal)
    fields = fields_of(portal.browser.get(address).text, having="username")
    form = {**fields, "username": someone.username, "password": password or someone.password}
    return portal.browser.post(address, data=form)


def test_a_login_ends_at_the_service_with_a_code(portal: RelyingParty, guardian: Someone) -> None:
    response = sign_in(portal, guardian)
    assert "code" in answer(portal.browser.get(response.headers["Location"]))


def test_the_profile_is_remembered_on_this_browser(portal: RelyingParty) -> None:
    choose(portal)
    assert portal.browser.get(waiting(portal)).headers["Location"].endswith("/sign_in")
    assert (
        RelyingParty(portal.app, portal.registered, portal.app.test_client())
        .browser.get("/authorize", query_string=portal.parameters())
        .headers["Location"]
    )


def test_a_service_request_leads_straight_to_the_first_page(portal: RelyingParty) -> None:
    """Without the redirect of the dispatcher: a phone waits for one answer less."""
    assert portal.authorize().headers["Location"].endswith("/sign_in")
    assert portal.authorize(acr_values="eleve").headers["Location"].endswith("/sign_in")


def test_acr_values_select_the_profile(portal: RelyingParty) -> None:
    address = portal.begins(acr_values="eleve")
    assert portal.browser.get(address).headers["Location"].endswith("/sign_in")


class TestNoDeadEnds:
    def test_another_browser_is_refused(self, portal: RelyingParty) -> None:
        address = waiting(portal)
        stranger = portal.app.test_client()
        for path in (address, address + "/sign_in"):
            response = stranger.get(path)
            assert response.status_code == 403
            assert "R02" in response.text

    def test_an_unknown_or_expired_request_is_a_page(self, portal: RelyingParty, clock: Clock) -> None:
        assert "R01" in portal.browser.get("/login/nothing").text
        address = waiting(portal)
        clock.advance(3600)
        assert "R01" in portal.browser.get(address).text

    def test_back_after_the_login_is_a_page(self, portal: RelyingParty, guardian: Someone) -> None:
        response = sign_in(portal, guardian)
        portal.browser.get(response.headers["Location"])
        again = portal.browser.get(response.headers["Location"])
        assert again.status_code == 409
        assert "R04" in again.text

    @pytest.mark.parametrize(
        "step", ["new_password", "identity", "confirm_mail", "other_account", "second_factor"]
    )
    def test_a_step_that_is_not_owed_leads_to_the_one_that_is(self, portal: RelyingParty, step: str) -> None:
        address = waiting(portal)
        response = portal.browser.get(address + f"/{step}")
        assert response.headers["Location"] == address

    def test_two_tabs_have_two_requests(self, portal: RelyingParty, guardian: Someone) -> None:
        first, second = waiting(portal), waiting(portal)
        sign_in(portal, guardian)
        for address in (first, second):
            assert "code" in answer(portal.browser.get(address))

    def test_a_form_without_its_token_is_a_page_with_a_way_on(
        self, portal: RelyingParty, guardian: Someone
    ) -> None:
        address = choose(portal)
        response = portal.browser.post(
            address, data={"username": guardian.username, "password": guardian.password}
        )
        assert response.status_code == 400
        assert "R03" in response.text
        assert f'href="{address}"' in response.text


def test_nobody_gets_a_code_before_the_mail_is_confirmed(world: World, portal: RelyingParty) -> None:
    new = world.guardian(state="notified")
    response = sign_in(portal, new, PROVISIONAL)
    address = response.headers["Location"]
    assert portal.browser.get(address).headers["Location"].endswith("/new_password")
    assert answer(portal.authorize(prompt="none"))["error"] == "interaction_required"


RETURN_ADDRESSES = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/%09/evil.example",
    "/%2f%2fevil.example",
    "@evil.example",
    "https://evil.example/",
    "https:evil.example",
    "javascript:alert('evil.example')",
)
RETURNING = (
    "then",
    "next",
    "back",
    "login",
    "return_to",
    "return_url",
    "redirect",
    "redirect_uri",
    "url",
    "uri",
)
RETURNING += (
    "continue",
    "onward",
    "target_link_uri",
    "post_logout_redirect_uri",
    "request_uri",
    "state",
    "iss",
)


def leads_out(address: str) -> bool:
    """Where a browser goes, which mends an address before it reads it (WHATWG URL §4.4)."""
    mended = re.sub(r"[\t\r\n]", "", address.strip()).replace("\\", "/")
    mended = re.sub(r"^(https?:)?/{2,}|^https?:", "https://", mended)
    parts = urlsplit(urljoin("https://idp.example/page", mended))
    return "evil" in (parts.netloc or "") or parts.scheme == "javascript"


class TestReturnAddresses:
    """CVE-2026-44681 and the like: no page of ours is a way to another site, whatever an address or a form says."""

    @pytest.fixture
    def database_url(self) -> Iterator[str]:
        """One engine is sufficient: no statement differs."""
        with lent("sqlite") as url:
            yield url

    @pytest.fixture
    def head(self, world: World) -> Someone:
        return world.staff()

    @pytest.fixture
    def visitor(self, app: Flask, head: Someone) -> Visitor:
        """A person with access to "Mon compte" and the console."""
        visitor = Visitor(app).opens("/console/")
        return visitor.fills(username=head.username, password=head.password).sees("Collège des Tilleuls")

    @pytest.mark.slow
    @pytest.mark.parametrize("address", ["//evil.example", "/\\evil.example", "https://evil.example/"])
    def test_no_page_redirects_to_another_host(
        self, app: Flask, visitor: Visitor, head: Someone, address: str
    ) -> None:
        logged = dict.fromkeys(RETURNING, address)
        token = fields_of(visitor.html, having="csrf_token")["csrf_token"]
        form = {**logged, "csrf_token": token, "password": head.password}
        known = {"uai": "0990001N", "protocol": "cas"}
        paths = [
            (rule.build({name: known.get(name, "1") for name in rule.arguments}) or ("", "/"))[1]
            for rule in app.url_map.iter_rules()
        ]
        replies = [visitor.browser.get(path, query_string=logged) for path in paths]
        replies += [visitor.browser.post(path, data=form) for path in paths]
        for reply in replies:
            shown = reply.text if reply.mimetype == "text/html" else ""
            ways = re.findall(r'(?:href|action|src)="([^"]*)"', shown)
            ways += [reply.headers.get("Location", ""), reply.headers.get("Refresh", "").partition("=")[2]]
            assert not [way for way in ways if leads_out(html.unescape(way))], reply.request
        visitor.opens("/account").sees("Mes informations")

    @pytest.mark.parametrize(
        ("page", "home"), [("/account/confirm", "/account"), ("/console/confirm", "/console/")]
    )
    def test_the_confirmation_stays_on_this_host(
        self, visitor: Visitor, head: Someone, page: str, home: str
    ) -> None:
        for address in RETURN_ADDRESSES:
            asked = visitor.browser.get(page, query_string={"then": address})
            filled = {**fields_of(asked.text, having="password"), "password": head.password}
            for form in (filled, {**filled, "then": address, "once": ""}):
                assert visitor.browser.post(page, data=form).headers["Location"] == home, address


class TestCookiesAndHeaders:
    def test_a_new_session_has_a_new_id_each_time(self, portal: RelyingParty, guardian: Someone) -> None:
        first = sign_in(portal, guardian).headers["Set-Cookie"]
        portal.browser = portal.app.test_client()
        assert sign_in(portal, guardian).headers["Set-Cookie"] != first
        assert "HttpOnly" in first
        assert "SameSite=Lax" in first

    def test_https_gives_host_cookies_and_strict_transport(self) -> None:
        address = "https://login.example"
        app = create_app(settings_for(fresh_database("sqlite"), server={"issuer": address}), Clock())
        with app.app_context():
            world = World(app, app.extensions["clock"])
            guardian, registered = world.guardian(), world.relying_party(accepted_profiles=["responsable"])
        portal = RelyingParty(app, registered, app.test_client())
        page = portal.browser.get(
            "/authorize", query_string=portal.parameters(), base_url=address, follow_redirects=True
        )
        assert "__Host-idp_browser=" in str(page.history[0].headers)
        assert page.headers["Strict-Transport-Security"].startswith("max-age=")
        form = {
            **fields_of(page.text, having="username"),
            "username": guardian.username,
            "password": guardian.password,
        }
        response = portal.browser.post(page.request.path, data=form, base_url=address)
        session = next(c for c in response.headers.getlist("Set-Cookie") if "session" in c)
        assert session.startswith("__Host-idp_session=")
        assert "Secure" in session
        assert "Path=/" in session
        with app.app_context():
            app.extensions["connections"].close()

    def test_pages_have_security_headers(self, portal: RelyingParty) -> None:
        headers = portal.browser.get("/help").headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"

    def test_a_sign_in_form_may_lead_to_its_relying_party_alone(self, portal: RelyingParty) -> None:
        page = portal.browser.get(choose(portal))
        assert "form-action 'self' https://portail.example" in page.headers["Content-Security-Policy"]

    def test_the_host_header_is_ignored(self, portal: RelyingParty) -> None:
        document = portal.browser.get(
            "/.well-known/openid-configuration", headers={"Host": "evil.example"}
        ).get_json()
        assert "evil" not in str(document)


def test_no_secret_in_any_log(
    portal: RelyingParty, guardian: Someone, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    logging.getLogger("authlib").setLevel(logging.INFO)
    response = sign_in(portal, guardian, "a-wrong-password-77")
    response = sign_in(portal, guardian)
    token = response.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    code = answer(portal.browser.get(response.headers["Location"]))["code"]
    tokens = portal.redeem(code).get_json()
    portal.redeem(code)
    portal.userinfo(tokens["access_token"])
    client: FlaskClient = portal.app.test_client()
    client.get("/mail/a-secret-link-of-a-mail")
    logged = caplog.text
    for secret in (
        guardian.password,
        "a-wrong-password-77",
        token,
        code,
        tokens["access_token"],
        tokens["id_token"],
        portal.registered.client_secret or "",
        "a-secret-link-of-a-mail",
    ):
        assert secret not in logged


def test_an_exception_is_a_page_with_a_number_alone(portal: RelyingParty, app: Flask) -> None:
    @app.get("/accident-for-a-test")
    def accident() -> str:
        raise ZeroDivisionError("a detail that nobody should read")

    response = portal.browser.get("/accident-for-a-test")
    assert response.status_code == 500
    assert "G04-" in response.text
    assert "nobody should read" not in response.text
