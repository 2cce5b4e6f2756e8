"""What people who are not signed in leave in the database: a list that is complete, and a bound for each of its kinds."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from werkzeug.test import TestResponse

import idp
from idp.database.engine import db, reading, transaction
from idp.runtime.context import now as moment
from idp.worker.housekeeping import housekeeping
from tests.actors.device import APP
from tests.actors.relying_party import RelyingParty, answer
from tests.actors.visitor import SMS, Visitor
from tests.actors.world import World
from tests.conftest import Clock
from tests.pages import fields_of, forms_with

BOUNDED = {
    "AuditRecord": "a failed sign-in; failures have a budget an address (idp.signin.rate_limits)",
    "DeviceRequest": "rows_per_address for a public client, rows_per_client for another; an hour after its code is over",
    "Identification": "failures have a budget an address; a day after its pages are over",
    "KeptAnswerRow": "rows_per_address, beyond which an answer is given in place; 15 minutes, 64 KiB",
    "NetworkAttempt": "per_address and per_network failures; an hour",
    "OutboxMessage": "one for each of an identification's sendings; one for an account's first lock",
    "Track": "one for each web process",
    "PlaceBudget": "one for a network and, while it is within its budget, for each of its addresses; until the budget is whole again",
    "PushedRequest": "as DeviceRequest; for as long as it may wait for its person",
    "RateLimit": "one for each kind, hour, place and database connection; a network that is beyond its budget gets none for its addresses",
    "SamlCertificate": "one, at the first request for the metadata of SAML; the worker makes the next",
    "SentForm": "rows_per_address, beyond which a form is judged without its key; an hour",
    "Throttle": "an account is counted only while its network may try",
}
"""Models of which a stranger may cause rows, and what bounds them."""

BY_SOMEBODY_KNOWN = {
    "AccessToken": "a code, or a refresh token",
    "Account": "an import",
    "Approval": "an administrator",
    "AuthenticatorApp": "a session",
    "BrandLogo": "a school's office",
    "BrandRow": "a school's office",
    "ClientRow": "an administrator, or an initial access token",
    "Consent": "a session",
    "ContactChange": "a session",
    "AuditSeal": "the worker",
    "SamlRefresh": "the worker, one for each service",
    "UpstreamMetadata": "the worker, one for each upstream",
    "Counted": "the worker",
    "Delegation": "an administrator",
    "Enrolment": "an import",
    "ErasureRequest": "a session",
    "FailingDestination": "the worker, one for each destination",
    "FamilyNote": "a school's office",
    "FederatedIdentity": "a session",
    "FederatedLogout": "the end of a session",
    "FederatedSession": "a session",
    "Grant": "a session",
    "ParticipantRow": "a session",
    "ServiceRow": "an administrator",
    "Ticket": "a session",
    "Guardianship": "an import",
    "ImportDecision": "an administrator",
    "ImportDigest": "an import",
    "ImportFile": "an import",
    "ImportRow": "an import",
    "ImportText": "an administrator",
    "InitialAccessToken": "an administrator",
    "JobFile": "an administrator",
    "JobRow": "an administrator",
    "KnownDevice": "a session",
    "LoginDay": "the worker",
    "NamePiece": "an import",
    "NameWord": "an import",
    "MailLink": "the worker, for an account; a session",
    "Passkey": "a session",
    "PasskeyHandle": "a session",
    "Person": "an import",
    "RecoveryCode": "a session",
    "RefreshFamily": "a code",
    "School": "an administrator",
    "Sending": "the worker, for an account",
    "Session": "credentials that are right",
    "SigningKey": "the worker",
    "SourceRecord": "an import",
    "StaffPost": "an administrator",
    "UsedOnce": "a client's signature, a code, a passkey, a session, or another provider's answer that is right",
    "UsernameCounter": "an import",
    "WaitingIdentity": "another provider's answer that is right; one for each of its identities",
}
"""Models whose rows need more than an address on the Internet, and what."""


def inserted() -> set[str]:
    """The names of the models that some statement of the provider inserts into."""
    names = set()
    for path in Path(idp.__path__[0]).rglob("*.py"):
        if "migrations" in path.parts:
            continue
        aliases: dict[str, str] = {}
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
                aliases |= {
                    target.id: node.value.id for target in node.targets if isinstance(target, ast.Name)
                }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called not in ("insert", "insert_into", "upsert"):
                continue
            for argument in node.args[:2]:
                if isinstance(argument, ast.Attribute) and argument.attr == "__table__":
                    argument = argument.value
                if isinstance(argument, ast.Name):
                    name = aliases.get(argument.id, argument.id)
                    names |= {name} & models()
    return names


def models() -> set[str]:
    return {mapper.class_.__name__ for mapper in db.Model.registry.mappers}  # type: ignore[attr-defined]


def test_every_model_is_in_one_of_the_lists(app: Flask) -> None:
    """A new statement needs a row here: who causes its rows and, if strangers do, what bounds them."""
    assert not BOUNDED.keys() & BY_SOMEBODY_KNOWN.keys()
    assert inserted() == BOUNDED.keys() | BY_SOMEBODY_KNOWN.keys()


def rows(app: Flask) -> dict[str, int]:
    """How many rows each model has."""
    with app.app_context():
        return {
            mapper.class_.__name__: reading()
            .execute(select(func.count()).select_from(mapper.class_))
            .scalar_one()
            for mapper in db.Model.registry.mappers  # type: ignore[attr-defined]
        }


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


Stranger = Callable[[int], TestResponse]


class Strangers:
    """Each request comes from a browser that nobody has seen, with invented names, from one network address."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app = app
        self.portal = RelyingParty(app, world.relying_party(), app.test_client())
        self.device = world.relying_party(**APP)
        self.page_app = world.relying_party(token_endpoint_auth_method="none")

    def browser(self) -> FlaskClient:
        return self.app.test_client()

    def opens(self, path: str) -> TestResponse:
        return self.browser().get(path)

    def authorizes(self, number: int) -> TestResponse:
        query = self.portal.parameters(acr_values="responsable", state=f"state-{number}")
        return self.browser().get("/authorize", query_string=query)

    def arrives(self) -> tuple[FlaskClient, str]:
        """A browser on the sign-in page of a login that waits."""
        browser = self.browser()
        query = self.portal.parameters(acr_values="responsable")
        return browser, browser.get("/authorize", query_string=query).headers["Location"]

    def fails_to_sign_in(self, number: int) -> TestResponse:
        browser, page = self.arrives()
        fields = fields_of(browser.get(page).text, having="username")
        return browser.post(page, data={**fields, "username": f"invented.{number}", "password": "wrong"})

    def asks_for_a_passkey(self, number: int) -> TestResponse:
        browser, page = self.arrives()
        token = fields_of(browser.get(page).text, having="username")["csrf_token"]
        login = page.removesuffix("/sign_in")
        response = browser.post(f"{login}/passkey/options", headers={"X-CSRFToken": token})
        assert response.get_json()["challenge"]
        return response

    def cancels(self, number: int) -> TestResponse:
        browser, page = self.arrives()
        action, fields = next(
            form for form in forms_with(browser.get(page).text, {"csrf_token"}) if form[0].endswith("/cancel")
        )
        response = browser.post(action, data=fields)
        assert "error=access_denied" in response.headers["Location"]
        assert "R04" in browser.get(page).text
        return response

    def sends(self, path: str, having: str, **typed: str) -> TestResponse:
        browser = self.browser()
        return browser.post(path, data={**fields_of(browser.get(path).text, having=having), **typed})

    def asks_for_a_device(self, number: int) -> TestResponse:
        form = {"client_id": self.device.client_id, "scope": "openid"}
        return self.browser().post("/device_authorization", data=form)

    def pushes(self, number: int) -> TestResponse:
        form = self.portal.parameters(client_id=self.page_app.client_id)
        return self.browser().post("/par", data=form)

    def every_kind(self) -> dict[str, Stranger]:
        return {
            "authorization": self.authorizes,
            "letter": lambda number: self.opens(f"/start?identifiant=invented.{number}"),
            "account": lambda _: self.opens("/account"),
            "console": lambda _: self.opens("/console"),
            "passkey": self.asks_for_a_passkey,
            "cancel": self.cancels,
            "sign-in": self.fails_to_sign_in,
            "lost password": lambda number: self.sends(
                "/recovery/password", "username", username=f"invented.{number}"
            ),
            "lost username": lambda number: self.sends(
                "/recovery/username", "contact", contact=f"invented.{number}@example.org"
            ),
            "no account": lambda number: self.sends(
                "/activation",
                "contact",
                contact=f"06 {number // 10000 % 100:02} 11 {number // 100 % 100:02} {number % 100:02}",
            ),
            "device": self.asks_for_a_device,
            "typed code": lambda number: self.sends("/device", "user_code", user_code="BCDF-GHJK"),
            "pushed": self.pushes,
            "registration": lambda _: self.browser().post(
                "/register", json={}, headers={"Authorization": "Bearer invented"}
            ),
            "code": lambda number: self.browser().post(
                "/token",
                data={
                    "grant_type": "authorization_code",
                    "code": f"{number}",
                    "client_id": self.page_app.client_id,
                },
            ),
            "link": lambda number: self.opens(f"/recovery/link/invented-{number}"),
        }


LITTLE = {"rows_per_address": 10, "per_address": 10, "per_network": 30, "failures": 2}
MOST = {
    "authorization": 0,
    "letter": 0,
    "account": 0,
    "console": 0,
    "passkey": 0,
    "cancel": 0,
    "device": 10,
    "pushed": 10,
    "registration": 0,
    "code": 0,
    "link": 0,
}
"""Rows that a flood of each kind may leave, but for the two that count; the other kinds leave more than one each."""

quiet = pytest.mark.settings(throttling=LITTLE, sms=SMS, hashing={"time_cost": 1, "memory_cost": 64})


@pytest.fixture
def strangers(app: Flask, contextless: World) -> Strangers:
    return Strangers(app, contextless)


def test_two_thousand_authorization_requests_leave_nothing(app: Flask, strangers: Strangers) -> None:
    before = rows(app)
    for number in range(2000):
        assert strangers.authorizes(number).status_code == 303
    assert grown(before, rows(app)) == {}


@quiet
@pytest.mark.parametrize(
    "kind",
    [
        "letter",
        "account",
        "console",
        "passkey",
        "cancel",
        "sign-in",
        "lost password",
        "lost username",
        "no account",
        "device",
        "typed code",
        "pushed",
        "registration",
        "code",
        "link",
    ],
)
def test_a_flood_of_each_kind_comes_to_its_bound(app: Flask, strangers: Strangers, kind: str) -> None:
    """After its budget is used, fifty more requests, beyond the network's budget too, leave not one row more."""
    send = strangers.every_kind()[kind]
    before = rows(app)
    for number in range(30):
        send(number)
    at_its_bound = rows(app)
    growth = grown(before, at_its_bound)
    assert growth.keys() <= BOUNDED.keys()
    if kind in MOST:
        counts = {"RateLimit", "Throttle"} if MOST[kind] else set()
        assert sum(number for name, number in growth.items() if name not in counts) <= MOST[kind], growth
    # An attempt counts for its address and for the network around it.
    bounds = {"NetworkAttempt": 24}
    assert all(number <= bounds.get(name, 12) for name, number in growth.items()), growth
    for number in range(30, 80):
        send(number)
    assert grown(at_its_bound, rows(app)) == {}


@quiet
def test_every_kind_is_flooded(strangers: Strangers) -> None:
    assert len(strangers.every_kind()) == 16


@quiet
def test_every_route_is_tried_and_only_bounded_models_grow(app: Flask, strangers: Strangers) -> None:
    """A request without a session to every address with every method: nothing but what is in the list."""
    before, tried = rows(app), 0
    typed = {
        "username": "invented",
        "password": "wrong",
        "contact": "invented@example.org",
        "user_code": "BCDF-GHJK",
        "client_id": strangers.page_app.client_id,
        "profile": "responsable",
        "act": "agree",
        "code": "000000",
    }
    for rule in app.url_map.iter_rules():
        browser, _ = strangers.arrives()
        token = forms_with(browser.get("/help").text, {"language"})[0][1]["csrf_token"]
        path = re.sub(r"<[^>]+>", "1", rule.rule)
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            browser.open(
                path, method=method, data={**typed, "csrf_token": token} if method == "POST" else None
            )
            tried += 1
    assert tried > 100
    # The readiness check counts in a row of its own.
    assert grown(before, rows(app)).keys() <= BOUNDED.keys() | {"Generation"}


@quiet
def test_a_school_behind_one_address_is_served_beyond_its_budget(app: Flask, contextless: World) -> None:
    """An exhausted budget keeps no person of the same network from signing in."""
    strangers = Strangers(app, contextless)
    for number in range(30):
        strangers.sends("/activation", "contact", contact="nonsense")
        strangers.pushes(number)
    guardian = contextless.guardian()
    portal = RelyingParty(app, strangers.portal.registered, app.test_client())
    visitor = Visitor(app, portal.browser)
    visitor.opens(portal.authorize(acr_values="responsable").headers["Location"])
    visitor.fills(username=guardian.username, password="wrong").sees("S01")
    visitor.fills(username=guardian.username, password=guardian.password)
    assert visitor.page is not None and "code" in answer(visitor.page)
    refused = strangers.sends("/activation", "contact", contact="nonsense")
    assert refused.status_code == 422 and "answer=" not in refused.request.url, "in place, not kept"


@quiet
@pytest.mark.parametrize(
    ("addresses", "most"),
    [
        ([f"2001:db8:1:2::{number:x}" for number in range(1, 60)], 10),
        ([f"2001:db8:1:{number:x}::1" for number in range(1, 160)], 100),
        ([f"198.51.100.{number}" for number in range(1, 160)], 100),
    ],
)
def test_many_addresses_of_one_network_are_one_stranger(
    app: Flask, strangers: Strangers, addresses: list[str], most: int
) -> None:
    form = {"client_id": strangers.device.client_id, "scope": "openid"}
    before = rows(app)
    answers = [
        app.test_client().post("/device_authorization", data=form, environ_overrides={"REMOTE_ADDR": address})
        for address in addresses
    ]
    assert {response.status_code for response in answers} == {200, 429}
    assert answers[-1].headers["Retry-After"] == "3600"
    growth = grown(before, rows(app))
    assert growth["DeviceRequest"] == most
    assert growth["RateLimit"] <= most + 1, "a network beyond its budget is not counted by address"


@quiet
def test_invented_usernames_leave_no_row_for_each(app: Flask, strangers: Strangers) -> None:
    before = rows(app)
    for number in range(60):
        strangers.fails_to_sign_in(number)
    assert grown(before, rows(app))["Throttle"] <= 12


@quiet
def test_a_budget_is_new_after_an_hour_and_the_worker_catches_up(
    app: Flask, strangers: Strangers, clock: Clock
) -> None:
    for _ in range(11):
        last = strangers.asks_for_a_device(0)
    assert last.status_code == 429
    clock.advance(3600)
    assert strangers.asks_for_a_device(0).status_code == 200
    with app.app_context():
        model = next(
            mapper.class_ for mapper in db.Model.registry.mappers if mapper.class_.__name__ == "UsedOnce"
        )  # type: ignore[attr-defined]
        with transaction() as tx:
            tx.execute(delete(model))
            values = [{"id": f"{number:064}", "expires_at": moment() - 86401} for number in range(2600)]
            tx.execute(model.__table__.insert(), values)
        housekeeping(moment())
        assert reading().execute(select(func.count()).select_from(model)).scalar_one() == 0
