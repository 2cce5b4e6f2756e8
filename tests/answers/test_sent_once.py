"""A form that is submitted twice acts once: the second submission shows the response of the first."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from idp.answers import sending
from idp.answers.storage.tables import SentForm
from idp.audit.storage.tables import AuditRecord
from idp.database.engine import reading
from idp.oidc.clients import registry
from idp.worker.housekeeping import housekeeping
from tests.actors.console_staff import worker_of
from tests.actors.raw_browser import raw_browser, signed_in_here
from tests.actors.visitor import SMS, Visitor, messages
from tests.actors.world import PASSWORD, World
from tests.at_once import at_once
from tests.conftest import Clock
from tests.console.conftest import UAI
from tests.pages import forms_with

pytestmark = pytest.mark.both_engines

HERE = f"/console/school/{UAI}"
ACADEMY = "/console/academy"
SERVICE = {
    "client_name": "Cantine",
    "redirect_uris": "https://cantine.example/cb",
    "scope": "openid ect.scope.cnx",
    "act": "register",
}


def form(browser: FlaskClient, path: str, *names: str) -> dict[str, Any]:
    (_, fields), *_ = forms_with(browser.get(path).text, {*names, "once"})
    return fields


def acts(app: Flask, act: str) -> int:
    """The number of its audit records."""
    with app.app_context():
        counted = select(func.count()).select_from(AuditRecord).where(AuditRecord.act == act)
        return int(reading().execute(counted).scalar_one())


def arrives(browser: FlaskClient, answer: TestResponse) -> TestResponse:
    """Where the redirects lead."""
    for _ in range(5):
        if answer.status_code != 303:
            break
        answer = browser.get(answer.headers["Location"])
    return answer


@pytest.fixture
def admin(app: Flask, contextless: World) -> FlaskClient:
    return signed_in_here(app, worker_of(contextless, "academy_administrator"), "personnel")


@pytest.fixture
def head(app: Flask, contextless: World) -> FlaskClient:
    return signed_in_here(app, contextless.staff("Paul", "Martin", "head"), "personnel")


class TestSecretsAreMadeOnce:
    """A second submission would invalidate the shown secret, password or letter."""

    def twice(
        self, browser: FlaskClient, path: str, fields: dict[str, Any]
    ) -> tuple[TestResponse, TestResponse]:
        first = arrives(browser, browser.post(path, data=fields))
        second = arrives(browser, browser.post(path, data=fields))
        assert first.status_code == 200 and first.data == second.data
        return first, second

    def test_a_service(self, app: Flask, admin: FlaskClient) -> None:
        path = f"{ACADEMY}/services/new"
        first, _ = self.twice(admin, path, form(admin, path, "client_name") | SERVICE)
        assert "client_secret" in first.text
        with app.app_context():
            assert len(registry.every()) == 1

    def test_a_new_secret(self, app: Flask, contextless: World, admin: FlaskClient) -> None:
        service = contextless.relying_party().client_id
        fields = form(admin, f"{ACADEMY}/services/{service}", "act") | {"act": "rotate"}
        self.twice(admin, f"{ACADEMY}/services/{service}/act", fields)
        assert acts(app, "client.rotate_secret") == 1

    def test_a_token_for_registrations(self, app: Flask, admin: FlaskClient) -> None:
        path = f"{ACADEMY}/tokens"
        fields = form(admin, path, "label") | {"label": "Éditeur", "act": "make"}
        first, _ = self.twice(admin, path, fields)
        assert first.text.count("Retirer</button>") == 1

    def test_a_member_of_staff(self, app: Flask, admin: FlaskClient) -> None:
        path = f"{ACADEMY}/administrators"
        typed = {"first_name": "Ida", "family_name": "Weil", "role": "academy_support", "act": "add"}
        self.twice(admin, path, form(admin, path, "first_name") | typed)
        assert acts(app, "letter.issued") == 1

    @pytest.mark.parametrize(("do", "act"), [("reset", "account.reset"), ("print", "letter.issued")])
    def test_a_provisional_password(
        self, app: Flask, contextless: World, head: FlaskClient, do: str, act: str
    ) -> None:
        pupil = contextless.pupil("Léa", state="active" if do == "reset" else "created")
        path = f"{HERE}/people/{pupil.account}/act"
        self.twice(head, path, form(head, f"{path}?do={do}", "do") | {"act": do})
        assert acts(app, act) == 1

    def test_a_childs_password(self, app: Flask, contextless: World) -> None:
        mother, child = contextless.guardian(), contextless.pupil("Léa")
        contextless.family(mother, child)
        browser = signed_in_here(app, mother, "responsable")
        fields = form(browser, "/account/children", "child") | {"act": "reset"}
        first, _ = self.twice(browser, "/account/children", fields)
        assert "provisional" in first.text and acts(app, "account.reset") == 1

    def test_letters(self, app: Flask, contextless: World, head: FlaskClient) -> None:
        contextless.pupil("Léa", state="created")
        path = f"{HERE}/letters"
        question = arrives(head, head.post(path, data=form(head, path, "again") | {"act": "print"}))
        (action, fields), *_ = forms_with(question.text, {"count", "once"})
        first = head.post(action, data=fields | {"act": "print"})
        second = head.post(action, data=fields | {"act": "print"})
        assert arrives(head, first).request.path == arrives(head, second).request.path == "/console/jobs/1"
        assert head.get("/console/jobs/2").status_code == 403, "there is no second job"


def test_concurrent_submissions_act_once(app: Flask, contextless: World) -> None:
    """Double clicks and repeated requests, on both engines."""
    someone = worker_of(contextless, "academy_administrator")
    first = signed_in_here(app, someone, "personnel")
    fields = form(first, f"{ACADEMY}/services/new", "client_name") | SERVICE
    cookies = [first.get_cookie(name) for name in ("idp_session", "idp_browser")]

    def send(_: int) -> TestResponse:
        browser = FlaskClient(app, app.response_class)
        for cookie in cookies:
            assert cookie is not None
            browser.set_cookie(cookie.key, cookie.decoded_value)
        return browser.post(f"{ACADEMY}/services/new", data=fields)

    answers = at_once(app, send, 12)
    assert {response.status_code for response in answers} == {303}
    assert sum("answer=" in response.headers["Location"] for response in answers) == 1
    shown = {arrives(first, response).data for response in answers}
    assert len(shown) == 1 and b"client_secret" in shown.pop()
    with app.app_context():
        assert len(registry.every()) == 1


class TestKeys:
    @pytest.fixture
    def fields(self, admin: FlaskClient) -> dict[str, Any]:
        return form(admin, f"{ACADEMY}/tokens", "label") | {"label": "Éditeur", "act": "make"}

    def made(self, app: Flask) -> int:
        return acts(app, "initial_token.made")

    def send(self, browser: FlaskClient, fields: dict[str, Any]) -> TestResponse:
        return browser.post(f"{ACADEMY}/tokens", data=fields)

    def test_a_refusal_releases_the_key(self, app: Flask, admin: FlaskClient, fields: dict[str, Any]) -> None:
        refused = self.send(admin, fields | {"days": "91"})
        assert arrives(admin, refused).status_code == 422
        assert arrives(admin, self.send(admin, fields)).status_code == 200
        assert self.made(app) == 1
        assert arrives(admin, self.send(admin, fields)).status_code == 200
        assert self.made(app) == 1

    def test_two_forms_have_two_keys(self, app: Flask, admin: FlaskClient, fields: dict[str, Any]) -> None:
        second_form = form(admin, f"{ACADEMY}/tokens", "label") | {"label": "Éditeur", "act": "make"}
        assert second_form["once"] != fields["once"]
        for filled in (fields, second_form):
            self.send(admin, filled)
        assert self.made(app) == 2

    def test_a_key_is_of_one_account_and_one_address(
        self, app: Flask, contextless: World, admin: FlaskClient, fields: dict[str, Any], clock: Clock
    ) -> None:
        self.send(admin, fields)
        second_admin = signed_in_here(app, worker_of(contextless, "academy_administrator"), "personnel")
        own_form = form(second_admin, f"{ACADEMY}/tokens", "label") | {"label": "Autre", "act": "make"}
        self.send(second_admin, own_form | {"once": fields["once"]})
        assert self.made(app) == 2
        path = f"{ACADEMY}/trouble"
        assert admin.post(path, data=fields | {"act": "x"}).headers["Location"].startswith(f"{path}?answer=")

    def test_a_form_that_waits_for_the_password_keeps_its_key(
        self, app: Flask, admin: FlaskClient, fields: dict[str, Any], clock: Clock
    ) -> None:
        clock.advance(400)
        asked = self.send(admin, fields)
        assert asked.headers["Location"].startswith("/console/confirm")
        page = Visitor(app, admin).opens(asked.headers["Location"]).fills(password=PASSWORD)
        assert page.path == f"{ACADEMY}/tokens"
        assert arrives(admin, self.send(admin, fields)).status_code == 200
        assert self.made(app) == 1

    def name(self, app: Flask, fields: dict[str, Any]) -> Any:
        return sending.name_of(fields["once"], "account:1", f"{ACADEMY}/tokens")

    def test_a_waiting_page_is_shown_while_the_first_submission_runs(
        self, app: Flask, admin: FlaskClient, fields: dict[str, Any], clock: Clock
    ) -> None:
        with app.app_context():
            assert sending.claim(self.name(app, fields), clock())
        waits = arrives(admin, self.send(admin, fields))
        assert waits.status_code == 200 and waits.headers["Refresh"] == "1"
        assert "C’est en cours" in waits.text and self.made(app) == 0
        with app.app_context():
            sending.settle(self.name(app, fields), f"{ACADEMY}/tokens?answer=x", refused=False)
        assert admin.get(waits.request.full_path).headers["Location"] == f"{ACADEMY}/tokens?answer=x"

    def test_a_form_that_was_cut_off_is_not_repeated(
        self, app: Flask, admin: FlaskClient, fields: dict[str, Any], clock: Clock
    ) -> None:
        with app.app_context():
            assert sending.claim(self.name(app, fields), clock())
        clock.advance(sending.PATIENCE + 1)
        response = arrives(admin, self.send(admin, fields))
        assert response.status_code == 409 and "G07" in response.text and self.made(app) == 0
        assert f'href="{ACADEMY}/tokens"' in response.text

    def test_a_forged_form_uses_no_key(self, app: Flask, admin: FlaskClient, fields: dict[str, Any]) -> None:
        assert "R03" in arrives(admin, self.send(admin, fields | {"csrf_token": "x"})).text
        self.send(admin, fields)
        assert self.made(app) == 1

    @pytest.mark.parametrize("key", ["", "x" * 61, "x" * 5000, "\0", "é"])
    def test_a_key_of_any_content(
        self, app: Flask, admin: FlaskClient, fields: dict[str, Any], key: str
    ) -> None:
        assert arrives(admin, self.send(admin, fields | {"once": key})).status_code == 200
        response = admin.get(f"{ACADEMY}/tokens", query_string={"sending": key})
        assert response.status_code == 303

    def test_the_worker_deletes_keys(
        self, app: Flask, admin: FlaskClient, fields: dict[str, Any], clock: Clock
    ) -> None:
        self.send(admin, fields)
        with app.app_context():
            housekeeping(clock() + sending.REMEMBERED - 1)
            assert reading().execute(select(func.count()).select_from(SentForm)).scalar_one() > 0
            housekeeping(clock() + sending.REMEMBERED)
            assert reading().execute(select(func.count()).select_from(SentForm)).scalar_one() == 0

    def test_the_response_is_stored_sealed(
        self, app: Flask, admin: FlaskClient, fields: dict[str, Any]
    ) -> None:
        self.send(admin, fields)
        with app.app_context():
            outcomes = reading().execute(select(SentForm.outcome)).scalars().all()
        assert outcomes and not [
            outcome for outcome in outcomes if "/" in (outcome or "").replace("1.", "", 1)
        ]


def test_one_of_fifty_submissions_claims_the_key(app: Flask, clock: Clock) -> None:
    def claim(_: int) -> bool:
        with app.app_context():
            return sending.claim(sending.name_of("key", "account:1", "/x"), clock())

    assert sum(at_once(app, claim)) == 1
    with app.app_context():
        sending.settle(sending.name_of("key", "account:1", "/x"), "/x?answer=1", refused=True)
    assert sum(at_once(app, claim)) == 1, "after a refusal one may act again, and no more than one"


@pytest.mark.settings(sms=SMS)
def test_one_sms_for_two_sendings(app: Flask, contextless: World) -> None:
    """A second code would end the first, which is the one that arrives."""
    contextless.guardian(state="created", mobile="+33612345678")
    browser = raw_browser(app)
    fields = form(browser, "/activation", "contact") | {"contact": "06 12 34 56 78"}
    first = browser.post("/activation", data=fields).headers["Location"]
    second = arrives(browser, browser.post("/activation", data=fields))
    assert second.request.path.startswith(first) and len(messages(app, "sms")) == 1
    second_browser = raw_browser(app)
    own_form = form(second_browser, "/activation", "contact") | {
        "contact": "06 12 34 56 78",
        "once": fields["once"],
    }
    assert second_browser.post("/activation", data=own_form).headers["Location"] != first
