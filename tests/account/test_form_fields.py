"""No form writes a column that it does not show: every column of the models is sent with every form (CVE-2026-27946)."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from idp.database import reading
from idp.people.storage.tables import Account, Guardianship, Person
from idp.signin.storage.tables import Session
from tests.account.test_pages import signed_in
from tests.pages import fields_of
from tests.visitor import SMS
from tests.world import Someone, World

HOSTILE: dict[str, str] = {
    column.name: "1" if "_at" in column.name or "_id" in column.name else "evil"
    for table in (Account, Person, Guardianship, Session)
    for column in table.__table__.columns
} | {"state": "closed", "kind": "staff", "role": "head", "amr": "mfa", "account_id": "2"}

FORMS: dict[str, tuple[dict[str, str], set[str]]] = {
    "": ({}, set()),
    "password": (
        {"password": "Poires-Vertes-1848", "again": "Poires-Vertes-1848"},
        {"password_hash", "password_changed_at", "credentials_since"},
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
}
"""Page → (what its form sends, columns of the account that it may change)."""


def rows(app: Flask) -> dict[str, Any]:
    with app.app_context():
        found = {}
        for table in (Account, Person, Guardianship):
            for row in reading().execute(select(table.__table__)).mappings():
                found |= {f"{table.__tablename__}.{row['id']}.{key}": value for key, value in row.items()}
        return found


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
    """A route without a row fails: whoever adds a form says what it may write."""
    elsewhere = {
        "data",
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
