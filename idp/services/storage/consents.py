"""Statements on consents: one row per person and service."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from idp.database.upserts import insert_into
from idp.people.storage.tables import Account, Guardianship, Person
from idp.services.storage.tables import Consent

LEGAL = 1
"""SIECLE's level of a legal guardian."""

_find = select(Consent.__table__).where(
    Consent.account_id == bindparam("account"), Consent.client_id == bindparam("client")
)
_here = update(Consent).where(
    Consent.account_id == bindparam("account"), Consent.client_id == bindparam("client")
)
_add = insert(Consent)
_agreed = dict[str, Any](
    scope=bindparam("words"),
    given_at=bindparam("moment"),
    given_by=bindparam("giver"),
    asked_scope=None,
    asked_at=None,
    refused_at=None,
)
_give = _here.values(_agreed)
_ask = _here.values(asked_scope=bindparam("words"), asked_at=bindparam("moment"), refused_at=None)
_this_question = _here.where(Consent.asked_at.is_not(None), Consent.asked_scope == bindparam("shown_kinds"))
_refuse = _this_question.values(asked_scope=None, asked_at=None, refused_at=bindparam("moment"))
_give_asked = _this_question.values(_agreed)
_withdraw = delete(Consent).where(
    Consent.account_id == bindparam("account"), Consent.client_id == bindparam("client")
)
_of_children = (
    select(
        Consent.account_id,
        Consent.client_id,
        Consent.scope,
        Consent.asked_scope,
        Consent.given_at,
        Consent.asked_at,
        Person.first_name,
    )
    .join(Account, Account.id == Consent.account_id)
    .join(Person, Person.id == Account.person_id)
    .join(Guardianship, Guardianship.pupil_id == Person.id)
    .where(
        Guardianship.guardian_id == bindparam("guardian"),
        Guardianship.until.is_(None),
        Guardianship.disputed_at.is_(None),
        Guardianship.level == LEGAL,
        Account.present.is_(True),
        or_(Person.birth_date > bindparam("born_after"), Person.birth_date.is_(None)),
    )
    .order_by(Consent.asked_at.is_(None), Person.first_name, Consent.client_id)
)
_guardians = (
    select(Account.id)
    .join(Guardianship, Guardianship.guardian_id == Account.person_id)
    .where(
        Guardianship.pupil_id == bindparam("pupil"),
        Guardianship.until.is_(None),
        Guardianship.disputed_at.is_(None),
        Guardianship.level == LEGAL,
        Account.present.is_(True),
        Account.state == "active",
    )
    .distinct()
)


@dataclass(frozen=True)
class StoredConsent:
    """A person's consent to one service. Scopes are words; times epoch seconds."""

    scope: tuple[str, ...] = ()
    given_at: int | None = None
    given_by: int | None = None
    asked_scope: tuple[str, ...] = ()
    asked_at: int | None = None
    refused_at: int | None = None


@dataclass(frozen=True)
class OfChild:
    """One service of a guardian's child: `account` and `first_name` are the child's."""

    account: int
    client_id: str
    scope: tuple[str, ...]
    asked_scope: tuple[str, ...]
    given_at: int | None
    asked_at: int | None
    first_name: str


def find(connection: Connection, account: int, client: str) -> StoredConsent | None:
    row = connection.execute(_find, {"account": account, "client": client}).one_or_none()
    return _stored(row) if row else None


def give(tx: Connection, account: int, client: str, scope: str, giver: int, now: int) -> None:
    """Record consent and its giver; a waiting question is answered."""
    _at_row(tx, _give, account, client, {"words": scope, "moment": now, "giver": giver})


def ask(tx: Connection, account: int, client: str, scope: str, now: int) -> None:
    """Record a pupil's question to the guardians."""
    _at_row(tx, _ask, account, client, {"words": scope, "moment": now})


def give_asked(
    tx: Connection, account: int, client: str, kinds: str, scope: str, giver: int, now: int
) -> bool:
    """Record consent to the question about `kinds`, if it is still open. True for one caller alone."""
    values = {"shown_kinds": kinds, "words": scope, "giver": giver, "moment": now}
    return tx.execute(_give_asked, {"account": account, "client": client, **values}).rowcount == 1


def refuse(tx: Connection, account: int, client: str, kinds: str, now: int) -> bool:
    """Record the refusal of the question about `kinds`, if it is still open. True for one caller alone."""
    values = {"account": account, "client": client, "shown_kinds": kinds, "moment": now}
    return tx.execute(_refuse, values).rowcount == 1


def withdraw(tx: Connection, account: int, client: str) -> bool:
    return tx.execute(_withdraw, {"account": account, "client": client}).rowcount == 1


def of_children(connection: Connection, guardian: int, born_after: str) -> list[OfChild]:
    """Services of the children of `guardian` (a person's id) who were born after an ISO date, or whose birth date is unknown.

    Open questions come first."""
    rows = connection.execute(_of_children, {"guardian": guardian, "born_after": born_after})
    return [
        OfChild(row[0], row[1], tuple(row[2].split()), tuple((row[3] or "").split()), row[4], row[5], row[6])
        for row in rows
    ]


def guardians_of(connection: Connection, pupil: int) -> list[int]:
    """Accounts of the guardians of `pupil` (a person's id) who can consent."""
    return list(connection.execute(_guardians, {"pupil": pupil}).scalars())


def held(tx: Connection, account: int, client: str) -> StoredConsent:
    """The consent as it is now, an empty one if there is none. Until the end of `tx` nobody else changes it."""
    keys = {"account_id": account, "client_id": client}
    new = insert_into(tx.dialect.name, Consent)
    # An update of nothing locks the row, also one that another transaction inserts or deletes at this moment.
    locked = new.on_conflict_do_update(index_elements=list(keys), set_={"scope": Consent.scope})
    return _stored(tx.execute(locked.returning(*Consent.__table__.columns), {**keys, "scope": ""}).one())


def _stored(row: Row[Any]) -> StoredConsent:
    asked_words = tuple((row.asked_scope or "").split())
    return StoredConsent(
        tuple(row.scope.split()), row.given_at, row.given_by, asked_words, row.asked_at, row.refused_at
    )


def _at_row(tx: Connection, statement: Any, account: int, client: str, values: dict[str, Any]) -> None:
    where = {"account": account, "client": client}
    if tx.execute(statement, {**where, **values}).rowcount == 1:
        return
    try:
        with tx.begin_nested():
            tx.execute(_add, {"account_id": account, "client_id": client, "scope": ""})
    except IntegrityError:
        pass  # A concurrent request inserted the row.
    tx.execute(statement, {**where, **values})
