"""No form writes a column that it does not show: every column of the models is sent with every form (CVE-2026-27946)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, request_started
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from idp.database.engine import reading, transaction
from idp.demo.phone import secret_of
from idp.factors.rules.totp import code_at, step_at
from idp.people.storage.tables import Account, Guardianship, Person
from idp.recovery import activation_links
from idp.signin.storage.tables import Session
from tests.actors.account_holder import signed_in
from tests.actors.relying_party import RelyingParty
from tests.actors.visitor import SMS, Visitor, messages
from tests.actors.world import Someone, World
from tests.conftest import NOON, Clock
from tests.pages import fields_of

HOSTILE: dict[str, str] = {
    column.name: "1" if "_at" in column.name or "_id" in column.name else "evil"
    for table in (Account, Person, Guardianship, Session)
    for column in table.__table__.columns
} | {"state": "closed", "kind": "staff", "role": "head", "amr": "mfa", "account_id": "2"}

FORMS: dict[str, tuple[dict[str, str], set[str]]] = {
    "": ({}, set()),
    "password": (
        {"password": "Poires-Vertes-1848", "again": "Poires-Vertes-1848"},
        {"password_hash", "password_changed_at", "credentials_generation"},
    ),
    "mail": ({"act": "change", "mail": "new@example.org"}, {"mail", "mail_verified_at"}),
    "mobile": ({"contact": "0612345678"}, set()),
    "children": ({"act": "nothing"}, set()),
    "children/join": ({"username": "nobody", "password": "x"}, set()),
    "devices": ({"sid": "nobody"}, set()),
    "services": ({"client": "nobody"}, set()),
    "consents": ({"client": "nobody", "child": "1", "act": "agree"}, set()),
    "security": ({"act": "rename", "passkey": "x", "name": "x"}, set()),
    "security/app": ({"code": "000000"}, set()),
    "confirm": ({"password": "wrong"}, set()),
    "data/erasure": ({"act": "ask", "wish": "Je déménage"}, set()),
    "history/not-me": ({"act": "lock"}, {"state", "password_hash", "credentials_generation"}),
}
"""Page → (what its form sends, columns of the account that it may change)."""


def rows(app: Flask) -> dict[str, Any]:
    with app.app_context():
        values = {}
        for table in (Account, Person, Guardianship):
            for row in reading().execute(select(table.__table__)).mappings():
                values |= {f"{table.__tablename__}.{row['id']}.{key}": value for key, value in row.items()}
        return values


@pytest.mark.both_engines
@pytest.mark.settings(sms=SMS)
@pytest.mark.parametrize("page", FORMS, ids=str)
def test_only_the_forms_own_columns_change(app: Flask, world: World, page: str) -> None:
    guardian: Someone = world.guardian()
    world.family(guardian, world.pupil())
    claire = signed_in(app, guardian)
    before = rows(app)
    token = fields_of(claire.opens("/account/devices").html, having="csrf_token")["csrf_token"]
    sent, allowed = FORMS[page]
    answer = claire.browser.post(
        f"/account/{page}".rstrip("/"), data={**HOSTILE, "csrf_token": token, **sent}
    )
    assert answer.status_code < 500
    after = rows(app)
    changed = {name for name in after if before.get(name) != after[name]}
    assert changed <= {f"accounts.{guardian.account}.{column}" for column in allowed}
    assert set(before) == set(after)


def test_every_page_that_takes_a_form_is_here(app: Flask) -> None:
    """A route without a row fails: a new form needs a row that states what it may write."""
    elsewhere = {
        "data",
        "data/file",
        "history",
        "guardians",
        "mobile/<identification>",
        "security/passkey",
        "security/passkey/options",
    }
    paths = {
        rule.rule.removeprefix("/account").removeprefix("/")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("account.")
    }
    assert paths == {*FORMS, *elsewhere}


class Hostile(FlaskClient):
    """A browser that sends every column with every form; `posted` are the pages to which it has."""

    def post(self, path: str, *, data: dict[str, Any], **more: Any) -> TestResponse:  # type: ignore[override]
        page, _ = self.application.url_map.bind("localhost").match(path, "POST")
        self.posted = {*getattr(self, "posted", ()), page}
        return super().post(path, data={**HOSTILE, **data}, **more)


@dataclass
class Journey:
    """A person and a browser on the sign-in pages."""

    app: Flask
    world: World
    clock: Clock
    visitor: Visitor

    def signs_in(
        self, someone: Someone, profile: str = "responsable", visitor: Visitor | None = None
    ) -> Visitor:
        visitor = (visitor or self.visitor).opens("/account").fills(profile=profile)
        return visitor.fills(username=someone.username, password=someone.password)

    def presses(self, path: str, **values: str) -> None:
        """A button in the corner of the page."""
        token = fields_of(self.visitor.html, having="csrf_token")["csrf_token"]
        self.visitor._arrive(self.visitor.browser.post(path, data={"csrf_token": token, **values}))

    def last(self, kind: str) -> dict[str, str]:
        return dict(messages(self.app, kind)[-1]["facts"])

    def follows_the_mail(self) -> Visitor:
        return self.visitor.opens(self.last("mail")["link"].removeprefix("http://localhost"))

    def family(self, **more: Any) -> Someone:
        guardian = self.world.guardian(**more)
        self.world.family(guardian, self.world.pupil("Léa", birth_date="2014-05-06"))
        return guardian


CHOSEN = "Poires-Vertes-1848"
BIRTH = {"day": "6", "month": "5", "year": "2014"}
SOMETHING = object()
Changes = dict[str, Any]
"""Column of the account → the value that it has now; SOMETHING: another one than before."""


def comes_back(journey: Journey) -> tuple[Someone, Changes]:
    guardian = journey.family()
    journey.visitor.opens("/account").fills(profile="eleve")
    journey.presses(f"{journey.visitor.path.removesuffix('/sign_in')}/change_profile")
    journey.signs_in(guardian).fills(**BIRTH).sees("Mes informations")
    journey.presses("/language", language="en")
    return guardian, {"last_signed_in_at": NOON, "language": "en"}


def is_not_the_one(journey: Journey) -> tuple[Someone, Changes]:
    guardian = journey.family()
    journey.signs_in(guardian, visitor=Visitor(journey.app)).fills(**BIRTH)
    journey.signs_in(guardian)
    journey.follows_the_mail().fills().sees("verrouillé")
    return guardian, {
        "last_signed_in_at": NOON,
        "state": "locked",
        "credentials_generation": 2,
        "password_hash": None,
    }


def comes_first(journey: Journey) -> tuple[Someone, Changes]:
    guardian = journey.family(state="notified")
    journey.signs_in(guardian).fills(password=CHOSEN, again=CHOSEN).fills(mail="claire@example.org", **BIRTH)
    journey.visitor.fills("act=resend")
    journey.follows_the_mail().fills()
    return guardian, FIRST_PASSWORD | {
        "state": "active",
        "identity_proved_at": NOON,
        "mail": "claire@example.org",
        "mail_verified_at": NOON,
        "language": "fr",
    }


def brings_a_second_factor(journey: Journey) -> tuple[Someone, Changes]:
    head = journey.world.staff()
    journey.signs_in(head, "personnel")
    match = re.search(r'id="key">([A-Z2-7 ]+)<', journey.visitor.html)
    assert match is not None
    secret = secret_of(match[1])
    journey.visitor.fills(code=code_at(secret, step_at(NOON))).sees("Vos codes de secours")
    journey.visitor.opens("/logout").fills(confirm="1")
    journey.clock.advance(60)
    journey.visitor.opens("/account").fills(username=head.username, password=head.password)
    journey.visitor.fills(code=code_at(secret, step_at(NOON + 60))).sees("Mes informations")
    return head, {"second_factor_since": NOON, "last_signed_in_at": NOON + 60}


def is_offered_a_passkey(journey: Journey) -> tuple[Someone, Changes]:
    journey.visitor.browser.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Linux; Android 14) Mobile"
    guardian = journey.family()
    journey.signs_in(guardian).fills(**BIRTH).sees("sans mot de passe").fills().sees("Mes informations")
    return guardian, {"last_signed_in_at": NOON, "passkey_offer_answered_at": NOON}


def is_somebody_else(journey: Journey) -> tuple[Someone, Changes]:
    pupil = journey.world.pupil()
    journey.signs_in(pupil, "eleve")
    journey.visitor.fills(day="14", month="3", year="2015").sees("Mes informations")
    portal = RelyingParty(
        journey.app, journey.world.relying_party(accepted_profiles=["responsable"]), journey.visitor.browser
    )
    journey.visitor.opens(portal.authorize().headers["Location"]).sees("S07").fills()
    return pupil, {"last_signed_in_at": NOON}


def meets_the_form_of_another_tab(journey: Journey) -> tuple[Someone, Changes]:
    guardian = journey.family()
    waits, leaves = (Visitor(journey.app, journey.visitor.browser).opens("/account") for _ in range(2))
    journey.signs_in(guardian).fills(**BIRTH).sees("Mes informations")
    waits.fills(profile="responsable").sees("Quel compte").fills(press="act=stay").sees("Mes informations")
    leaves.fills(profile="responsable").sees("Quel compte").fills(press="leave=1").sees("<h1>Connexion</h1>")
    return guardian, {"last_signed_in_at": NOON}


def has_lost_the_password(journey: Journey) -> tuple[Someone, Changes]:
    guardian = journey.world.guardian()
    journey.visitor.opens("/recovery/password").fills(username=guardian.username)
    journey.follows_the_mail().fills(password=CHOSEN, again=CHOSEN).sees("Mes informations")
    return guardian, RECOVERED


def types_the_code(journey: Journey) -> tuple[Someone, Changes]:
    guardian = journey.world.guardian()
    journey.visitor.opens("/recovery/password").fills(username=guardian.username)
    journey.visitor.fills(code=journey.last("mail")["code"]).fills(password=CHOSEN, again=CHOSEN)
    journey.visitor.sees("Mes informations")
    return guardian, RECOVERED


def has_lost_the_username(journey: Journey) -> tuple[Someone, Changes]:
    guardian = journey.world.guardian()
    journey.visitor.opens("/recovery/username").fills(contact="claire@example.org")
    assert guardian.username in str(journey.last("mail"))
    return guardian, {}


def has_no_letter(journey: Journey) -> tuple[Someone, Changes]:
    guardian = journey.family(state="created", mobile="+33612345678")
    journey.world.guardian("Marc", "Petit", state="created", mobile="+33612345678")
    journey.world.guardian("Claire", "Durand", state="created", mobile="+33612345678")
    journey.visitor.opens("/activation").fills(contact="06 12 34 56 78").fills(
        code=journey.last("sms")["code"]
    )
    journey.visitor.fills(first_name="Claire", family_name="Durand").fills(**BIRTH)
    match = re.search(r'name="(\d+)-day"', journey.visitor.html)
    assert match is not None
    journey.visitor.fills(**{f"{match[1]}-{part}": value for part, value in BIRTH.items()})
    journey.visitor.fills(password=CHOSEN, again=CHOSEN).sees("Votre adresse mail")
    # Once for the proof, which ends a letter and what it opened, and once for the password.
    return guardian, FIRST_PASSWORD | {
        "state": "confirming",
        "identity_proved_at": NOON,
        "credentials_generation": 2,
    }


def has_a_letter_by_mail(journey: Journey) -> tuple[Someone, Changes]:
    guardian = journey.family(state="notified")
    with journey.app.app_context(), transaction() as tx:
        activation_links.send_in(tx, journey.world.facts(guardian), "claire@example.org", "fr", NOON)
    journey.follows_the_mail().fills(password=CHOSEN, again=CHOSEN)
    return guardian, FIRST_PASSWORD | {
        "state": "confirming",
        "mail": "claire@example.org",
        "mail_verified_at": NOON,
    }


FIRST_PASSWORD: Changes = {
    "password_hash": SOMETHING,
    "credentials_generation": 1,
    "password_changed_at": NOON,
    "provisional_digest": None,
    "letter_expires_at": None,
    "last_signed_in_at": NOON,
}
RECOVERED: Changes = {
    "password_hash": SOMETHING,
    "credentials_generation": 1,
    "last_signed_in_at": NOON,
}
SIGNS_IN = {"signin.profile", "signin.sign_in"}
JOURNEYS: dict[Callable[[Journey], tuple[Someone, Changes]], set[str]] = {
    comes_back: SIGNS_IN | {"signin.change_profile", "signin.new_device", "signin.language"},
    is_not_the_one: SIGNS_IN | {"recovery.stop_stranger"},
    comes_first: SIGNS_IN
    | {"signin.new_password", "signin.identity", "signin.confirm_mail", "signin.confirm_mail_link"},
    brings_a_second_factor: SIGNS_IN | {"signin.set_up_factor", "signin.second_factor", "oidc.end_session"},
    is_offered_a_passkey: SIGNS_IN | {"signin.new_device", "signin.offer_passkey"},
    is_somebody_else: SIGNS_IN | {"signin.new_device", "signin.other_account"},
    meets_the_form_of_another_tab: SIGNS_IN | {"signin.new_device", "signin.which_account", "signin.leave"},
    has_lost_the_password: {"recovery.lost_password", "recovery.link"},
    types_the_code: {"recovery.lost_password", "recovery.code", "recovery.password"},
    has_lost_the_username: {"recovery.lost_username"},
    has_no_letter: {
        "recovery.no_account",
        "recovery.code",
        "recovery.names",
        "recovery.child",
        "recovery.children",
        "signin.new_password",
    },
    has_a_letter_by_mail: {"recovery.activation_link"},
}
"""Journey → the pages whose forms are sent on the way."""


@pytest.mark.settings(sms=SMS, signin={"new_device_check": True, "staff_second_factor": True})
@pytest.mark.parametrize("goes", JOURNEYS, ids=lambda goes: goes.__name__)
def test_each_journey_changes_only_the_expected_columns(
    app: Flask, world: World, clock: Clock, goes: Callable[[Journey], tuple[Someone, Changes]]
) -> None:
    browser = Hostile(app, app.response_class, use_cookies=True)
    journey, before = Journey(app, world, clock, Visitor(app, browser)), {}

    def noting(app: Flask, **_: Any) -> None:
        # The people are there before the first form is sent.
        before.update({} if before else rows(app))

    with request_started.connected_to(noting, app):
        someone, expected = goes(journey)
    after = rows(app)
    assert browser.posted == JOURNEYS[goes]
    changed = {name: after[name] for name in after if before.get(name) != after[name]}
    named = {f"accounts.{someone.account}.{column}": value for column, value in expected.items()}
    assert {
        name: SOMETHING if named.get(name) is SOMETHING else value for name, value in changed.items()
    } == named
    assert set(before) == set(after)
    with app.app_context():
        opened = reading().execute(select(Session.account_id, Session.amr)).all()
    assert {account for account, _ in opened} <= {someone.account}
    assert {amr for _, amr in opened} <= {"pwd", "pwd otp mfa", "sms kba"}, "and never what was sent: mfa"


def test_every_form_without_a_session_is_sent(app: Flask) -> None:
    """A route without a journey fails: a new form needs a journey that states what it may write."""
    no_form = {"signin.passkey", "signin.passkey_options", "recovery.known"}
    of_another_provider = {"recovery.link_account"}
    forms = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(("signin.", "recovery.")) and "POST" in (rule.methods or ())
    }
    assert forms == set().union(*JOURNEYS.values(), no_form, of_another_provider) - {"oidc.end_session"}
