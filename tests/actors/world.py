"""A small invented world for tests: a school, a family, staff, relying parties. Rows as the importer would write them."""

import itertools
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask
from sqlalchemy import insert, select, update

from idp.database.engine import reading, transaction
from idp.messages.storage.outbox import OutboxMessage
from idp.oidc.clients import registration
from idp.oidc.clients.registration import Registered
from idp.passwords.choosing import checked_hash, replace_in
from idp.passwords.hashing import HashingPool, hashing_pool
from idp.passwords.provisional import provisional_digest
from idp.people.rules.accounts import AccountFacts
from idp.people.rules.names import plain
from idp.people.storage import accounts, name_words
from idp.people.storage.tables import (
    Account,
    Enrolment,
    Guardianship,
    Person,
    School,
    StaffPost,
)
from idp.signin import sessions
from idp.signin.sessions import Session
from idp.worker import deliveries
from tests.actors.due_messages import due

PASSWORD = "Cerises-Rouges-1789"
PROVISIONAL = "kT4mHx9wRq7B"
_NUMBERS = itertools.count(0x1000)
"""Usernames end with four hexadecimal digits that this process gives once: random ones meet among forty people of one name."""


_hashes: WeakKeyDictionary[HashingPool, str] = WeakKeyDictionary()


def _hash_of_password(pool: HashingPool) -> str:
    """Of PASSWORD, for everybody: no test depends on whose salt is whose. A pool that nobody needs ends with its threads."""
    if pool not in _hashes:
        _hashes[pool] = pool.hash(PASSWORD)
    return _hashes[pool]


@dataclass(frozen=True)
class Someone:
    """A person with an account, and the secrets that only a test knows."""

    account: int
    person: int
    username: str
    password: str


class World:
    """Call within an application context."""

    def __init__(self, app: Flask, clock: Callable[[], int]) -> None:
        self.app = app
        self.clock = clock

    def school(
        self,
        uai: str = "0990001N",
        name: str = "Collège des Tilleuls",
        degree: str = "2d",
    ) -> int:
        with transaction() as tx:
            school = tx.execute(select(School.id).where(School.uai == uai)).scalar()
            if school:
                return int(school)
            row = {"uai": uai, "name": name, "degree": degree, "office": "secrétariat"}
            return int(tx.execute(insert(School).values(row).returning(School.id)).scalar_one())

    def choose_password(self, someone: Someone, password: str) -> None:
        """The person's own password, as the pages set it. Raises Refusal A01."""
        facts = self.facts(someone)
        hashed = checked_hash(facts, password)
        with transaction() as tx:
            replace_in(tx, facts, hashed, self.clock(), "test")

    def guardian(self, first: str = "Claire", last: str = "Durand", **more: Any) -> Someone:
        return self._person("guardian", first, last, more)

    def pupil(
        self,
        first: str = "Léa",
        last: str = "Durand",
        class_code: str | None = "6 A",
        **more: Any,
    ) -> Someone:
        more.setdefault("birth_date", "2015-03-14")
        school = more.pop("school", None) or self.school()
        someone = self._person("pupil", first, last, more)
        with transaction() as tx:
            row = {
                "pupil_id": someone.person,
                "school_id": school,
                "class_code": class_code,
                "since": self.clock(),
            }
            tx.execute(insert(Enrolment).values(row))
        return someone

    def staff(self, first: str = "Paul", last: str = "Martin", role: str = "head", **more: Any) -> Someone:
        someone, school = self._person("staff", first, last, more), self.school()
        with transaction() as tx:
            row = {
                "person_id": someone.person,
                "school_id": school,
                "role": role,
                "since": self.clock(),
            }
            tx.execute(insert(StaffPost).values(row))
        return someone

    def family(self, guardian: Someone, *children: Someone, relation: str = "10") -> None:
        with transaction() as tx:
            for child in children:
                row = {
                    "guardian_id": guardian.person,
                    "pupil_id": child.person,
                    "school_id": tx.execute(
                        select(Enrolment.school_id).where(Enrolment.pupil_id == child.person)
                    ).scalar_one(),
                    "relation": relation,
                    "level": 1,
                    "source": "siecle",
                    "since": self.clock(),
                }
                tx.execute(insert(Guardianship).values(row))

    def _person(self, kind: str, first: str, last: str, more: dict[str, Any]) -> Someone:
        now = self.clock()
        state = more.pop("state", "active")
        username = more.pop("username", f"{first[0]}.{last}{next(_NUMBERS):04x}".lower())
        about_account = {
            key: more.pop(key)
            for key in list(more)
            if key in Account.__table__.c and key not in Person.__table__.c
        }
        with transaction() as tx:
            person = {
                "kind": kind,
                "first_name": first,
                "family_name": last,
                "created_at": now,
                "updated_at": now,
                **more,
            }
            name_words.learn(tx, (plain(more.get("usage_name") or last), plain(first)))
            person_id = tx.execute(insert(Person).values(person).returning(Person.id)).scalar_one()
            account = {
                "person_id": person_id,
                "username": username,
                "subject": secrets.token_hex(16),
                "state": state,
                "present": True,
                "created_at": now,
                **self._credentials(state, kind, first, now),
                **about_account,
            }
            account_id = tx.execute(insert(Account).values(account).returning(Account.id)).scalar_one()
        return Someone(
            account_id,
            person_id,
            username,
            PROVISIONAL if state == "notified" else PASSWORD,
        )

    def _credentials(self, state: str, kind: str, first: str, now: int) -> dict[str, Any]:
        if state in ("created", "notified"):
            return {
                "provisional_digest": provisional_digest(PROVISIONAL),
                "letter_expires_at": now + 90 * 86400,
            }
        chosen = {"password_hash": _hash_of_password(hashing_pool()), "password_changed_at": now}
        if state == "active":
            chosen |= {"identity_proved_at": now}
            if kind != "pupil":
                chosen |= {"mail": f"{plain(first)}@example.org", "mail_verified_at": now}
        return chosen

    def facts(self, someone: Someone) -> AccountFacts:
        account = accounts.by_id(reading(), someone.account)
        assert account is not None
        return account

    def session(
        self, someone: Someone, amr: tuple[str, ...] = ("pwd",), device_known: bool = True
    ) -> Session:
        """A live session of theirs, as a page reads it."""
        lifetimes, now = self.app.extensions["settings"].sessions, self.clock()
        with transaction() as tx:
            token = sessions.open_in(
                tx, self.facts(someone), amr, "192.0.2.7", "Test browser", now, lifetimes, device_known
            )
        session = sessions.read(token, now, lifetimes)
        assert session is not None
        return session

    def set_account(self, someone: Someone, **values: Any) -> None:
        with transaction() as tx:
            tx.execute(update(Account).where(Account.id == someone.account).values(values))

    def relying_party(self, **members: Any) -> Registered:
        document = {
            "client_name": "Portail",
            "redirect_uris": ["https://portail.example/cb"],
            "post_logout_redirect_uris": ["https://portail.example/bye"],
            "grant_types": ["authorization_code", "refresh_token"],
            "scope": "openid profile email phone address offline_access ect.scope.cnx ect.scope.portail",
            "service_claims": ["name", "children", "class", "school"],
            "first_party": True,
            **members,
        }
        return registration.register(
            {k: v for k, v in document.items() if v is not None}, "test", self.clock()
        )


def deliver_due(app: Flask) -> None:
    """One turn of the worker: everything whose time has come is carried out."""
    with app.app_context():
        now = app.extensions["clock"]()
        for message in due(now):
            deliveries.deliver(message, now)


def waiting_messages(kind: str) -> list[dict[str, Any]]:
    """Payloads that wait in the outbox, the oldest first."""
    rows = reading().execute(
        select(OutboxMessage.payload)
        .where(OutboxMessage.kind == kind, OutboxMessage.delivered_at.is_(None))
        .order_by(OutboxMessage.id)
    )
    return [json.loads(row[0]) for row in rows]
