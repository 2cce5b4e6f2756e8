"""The response to a form is shown at a URL of its own: reload, Back and Forward submit no form again."""

import re
import zlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from idp.answers import keeping
from idp.answers.rules import kept_answers as rules
from idp.answers.rules.kept_answers import KeptAnswer
from idp.answers.storage.tables import KeptAnswerRow
from idp.database.engine import reading
from idp.worker.housekeeping import housekeeping
from tests.actors.console_staff import worker_of
from tests.actors.raw_browser import raw_browser, signed_in_here
from tests.actors.relying_party import RelyingParty
from tests.actors.visitor import SMS, Visitor
from tests.actors.world import World
from tests.answers.endpoints import BY_SCRIPT, MACHINES
from tests.conftest import Clock
from tests.pages import fields_of

SECRET = "Jamais-Gardé-1515"
"""What is typed into every password field here."""


def forms_of_the_product(app: Flask) -> Iterator[tuple[str, str]]:
    """(endpoint, address) of every page that a form can be sent to, from the URL map."""
    values = {"uai": "0990001N", "account": 1, "number": 1, "import_number": 1, "file": 1, "protocol": "cas"}
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and rule.endpoint not in MACHINES:
            built = rule.build({name: values.get(name, "unknown") for name in rule.arguments})
            assert built is not None, rule
            yield rule.endpoint, built[1]


def token_of(browser: FlaskClient) -> str:
    return str(fields_of(browser.get("/help").text, having="csrf_token")["csrf_token"])


def wrong_sign_in(app: Flask, browser: FlaskClient) -> str:
    """Where the refusal of a sign-in is shown."""
    visitor = Visitor(app, browser).opens("/account")
    if visitor.path.endswith("/profile"):
        visitor.fills("profile=responsable")
    data = {**fields_of(visitor.html, having="password"), "username": "nobody", "password": SECRET}
    sent = browser.post(visitor.path, data=data)
    assert sent.status_code == 303
    return sent.headers["Location"]


@pytest.mark.settings(sms=SMS, server={"mode": "development"})
@pytest.mark.parametrize("sender", ["stranger", "guardian", "pupil", "academy_administrator", "head"])
@pytest.mark.parametrize("forged", [False, True], ids=["", "forged"])
def test_every_form_is_answered_by_a_redirect(
    app: Flask, contextless: World, sender: str, forged: bool
) -> None:
    """For every input and outcome: refused, done, forged, expired. No typed password is in the response."""
    contextless.school()
    if sender == "stranger":
        browser = raw_browser(app)
    elif sender == "guardian":
        browser = signed_in_here(app, contextless.guardian(), "responsable")
    elif sender == "pupil":
        browser = signed_in_here(app, contextless.pupil(), "eleve")
    else:
        browser = signed_in_here(app, worker_of(contextless, sender), "personnel")
    token = token_of(browser)[: 0 if forged else None]
    wrong = []
    for endpoint, path in forms_of_the_product(app):
        typed = {
            "username": "x",
            "password": SECRET,
            "again": SECRET,
            "confirm": "1",
            "act": "x",
            "do": "reset",
        }
        sent = browser.post(path, data={"csrf_token": token, **typed})
        if endpoint in BY_SCRIPT and sent.mimetype == "application/json":
            continue
        if sent.status_code not in (302, 303):
            wrong.append((endpoint, sent.status_code, sent.text[:200]))
            continue
        shown = browser.get(sent.headers["Location"])
        if rules.PARAMETER + "=" in sent.headers["Location"]:
            assert shown.status_code != 303, endpoint
            assert shown.headers["Cache-Control"] == "no-store", endpoint
            assert "form-action" in shown.headers["Content-Security-Policy"], endpoint
        assert SECRET not in shown.text, endpoint
    assert not wrong


def test_a_refusal_keeps_its_status_at_each_reload(app: Flask) -> None:
    browser = raw_browser(app)
    address = wrong_sign_in(app, browser)
    shown = [browser.get(address) for _ in range(3)]
    assert {(response.status_code, response.data) for response in shown} == {(401, shown[0].data)}
    assert "S01" in shown[0].text and 'value="nobody"' in shown[0].text and SECRET not in shown[0].text


class TestForWhom:
    """For another viewer, at another URL and after its expiry, the URL shows the page itself."""

    @pytest.fixture
    def browser(self, app: Flask) -> FlaskClient:
        return raw_browser(app)

    @pytest.fixture
    def address(self, app: Flask, browser: FlaskClient) -> str:
        return wrong_sign_in(app, browser)

    def leads_to_the_page(self, answer: TestResponse, address: str) -> bool:
        return answer.status_code == 303 and answer.headers["Location"] == urlsplit(address).path

    def test_another_browser(self, app: Flask, address: str) -> None:
        assert self.leads_to_the_page(raw_browser(app).get(address), address)

    def test_after_its_expiry(self, browser: FlaskClient, address: str, clock: Clock) -> None:
        clock.advance(keeping.LIFETIME - 1)
        assert browser.get(address).status_code == 401
        clock.advance(1)
        assert self.leads_to_the_page(browser.get(address), address)

    def test_another_language(self, browser: FlaskClient, address: str) -> None:
        browser.post("/language", data={"language": "en", "csrf_token": token_of(browser)})
        assert self.leads_to_the_page(browser.get(address), address)

    def test_another_account(
        self, app: Flask, contextless: World, browser: FlaskClient, address: str
    ) -> None:
        someone = contextless.guardian()
        visitor = (
            Visitor(app, browser)
            .opens("/account")
            .fills(username=someone.username, password=someone.password)
        )
        assert visitor.path == "/account"
        assert self.leads_to_the_page(browser.get(address), address)

    def test_another_address(self, browser: FlaskClient, address: str) -> None:
        query = urlsplit(address).query
        assert browser.get(f"/recovery/password?{query}").headers["Location"] == "/recovery/password"

    @pytest.mark.parametrize("made_up", ["", "x", "\0", "é", "x" * 5000])
    def test_an_unknown_reference(self, browser: FlaskClient, made_up: str) -> None:
        asked = browser.get("/recovery/password", query_string={"login": "y", "answer": made_up})
        assert (asked.status_code, asked.headers["Location"]) == (303, "/recovery/password?login=y")

    def test_a_form_without_a_page_leads_home(self, browser: FlaskClient) -> None:
        assert browser.get("/language?answer=x").headers["Location"] == "/"

    @pytest.mark.parametrize(
        "path", ["//evil.example", "//evil.example/help", "/\\evil.example", "/\t/evil.example"]
    )
    def test_no_redirect_to_another_host(self, browser: FlaskClient, path: str) -> None:
        answer = browser.get("/?answer=x", environ_overrides={"PATH_INFO": path})
        location = answer.headers.get("Location", "/")
        assert location.startswith(("/", "http://localhost/")) and not location.startswith(("//", "/\\"))

    def test_a_parameter_of_a_relying_party_is_left_alone(self, app: Flask, contextless: World) -> None:
        portal = RelyingParty(app, contextless.relying_party(), app.test_client())
        asked = portal.authorize(answer="x")
        assert "/login/" in asked.headers["Location"]


def test_a_stored_response_ends_with_the_session(app: Flask, contextless: World) -> None:
    """A page with a secret can be reloaded until the logout."""
    browser = signed_in_here(app, worker_of(contextless, "academy_administrator"), "personnel")
    fields = fields_of(browser.get("/console/academy/tokens").text, having="label")
    fields |= {"label": "Éditeur", "days": "30", "uses": "1", "act": "make"}
    address = browser.post("/console/academy/tokens", data=fields).headers["Location"]
    first, second = browser.get(address), browser.get(address)
    assert first.status_code == 200 and first.data == second.data
    fields = fields_of(browser.get("/logout").text, having="confirm")
    ended = browser.post("/logout", data=fields)
    assert ended.status_code == 303 and browser.get(ended.headers["Location"]).status_code == 200
    assert browser.get(address).status_code == 303


def test_stored_responses_are_sealed(app: Flask) -> None:
    wrong_sign_in(app, raw_browser(app))
    with app.app_context():
        (row,) = reading().execute(select(KeptAnswerRow.__table__)).all()
    assert "nobody" not in row.sealed and re.fullmatch(r"1\.[0-9a-f]{8}\.[\w=-]+", row.sealed)


def rows(app: Flask) -> int:
    with app.app_context():
        return int(reading().execute(select(func.count()).select_from(KeptAnswerRow)).scalar_one())


def test_a_browser_without_cookies_gets_a_direct_response_and_no_row(app: Flask) -> None:
    answer = FlaskClient(app, app.response_class, use_cookies=False).post("/recovery/password", data={})
    assert (answer.status_code, rows(app)) == (400, 0)
    broken = FlaskClient(app, app.response_class)
    broken.set_cookie("idp_browser", "made.up")
    assert (broken.post("/recovery/password", data={}).status_code, rows(app)) == (400, 0)


def test_only_the_last_responses_of_a_browser_are_stored(app: Flask, clock: Clock) -> None:
    browser, second_browser = raw_browser(app), raw_browser(app)
    kept_by_other = wrong_sign_in(app, second_browser)
    addresses = []
    for _ in range(keeping.MOST_PER_BROWSER + 3):
        clock.advance(1)
        addresses.append(browser.post("/device", data={"csrf_token": token_of(browser)}).headers["Location"])
    assert rows(app) == keeping.MOST_PER_BROWSER + 1
    assert [browser.get(kept_address).status_code for kept_address in addresses[:3]] == [303] * 3
    assert browser.get(addresses[3]).status_code != 303
    assert second_browser.get(kept_by_other).status_code == 401


def test_the_worker_deletes_expired_responses(app: Flask, clock: Clock) -> None:
    wrong_sign_in(app, raw_browser(app))
    with app.app_context():
        housekeeping(clock.now + keeping.LIFETIME - 1)
        assert rows(app) == 1
        housekeeping(clock.now + keeping.LIFETIME)
        assert rows(app) == 0


def test_a_large_page_of_an_anonymous_visitor_is_not_stored(app: Flask) -> None:
    import random

    noise = random.Random(11).randbytes(keeping.LARGEST + 1)
    assert len(zlib.compress(noise)) > keeping.LARGEST
    with app.app_context():
        answer = KeptAnswer(200, (), noise)
        stranger = keeping.Viewer("b", None, "", "/")
        assert keeping.keep(answer, stranger, 0) is None
        known = keeping.Viewer("b", 1, "", "/")
        assert keeping.keep(answer, known, 0) is not None


@pytest.mark.parametrize(
    ("query", "plain", "shown"),
    [
        ("", "/x", "/x?answer=new"),
        ("a=1&b=%C3%A9", "/x?a=1&b=%C3%A9", "/x?a=1&b=%C3%A9&answer=new"),
        ("answer=old", "/x", "/x?answer=new"),
        ("a=&answer=old&answer=older", "/x?a=", "/x?a=&answer=new"),
    ],
)
def test_addresses(query: str, plain: str, shown: str) -> None:
    assert rules.plain_address("/x", query) == plain
    assert rules.address_of("/x", query, "new") == shown


def test_a_page_that_refreshes_itself_requests_the_page_and_not_its_response() -> None:
    assert rules.refresh_to("3", "/x") == "3; url=/x"
    assert rules.refresh_to("3; URL=/y", "/x") == "3; URL=/y"
