"""Statements on accounts that may be a person's: by one value, each by an index; posts that rules give."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, String, bindparam, func, select, update

from idp.database.upserts import insert_into
from idp.people.rules.accounts import AccountFacts
from idp.people.storage.accounts import FACT_COLUMNS, facts_of
from idp.people.storage.tables import Account, Person, School, StaffPost

MOST = 10
"""Accounts that are read: more than one is ambiguous already."""

_facts = select(*FACT_COLUMNS).join(Person, Person.id == Account.person_id).limit(MOST)
_address = func.lower(bindparam("value", type_=String))
_BY = {
    "ine": (_facts.where(Person.ine == bindparam("value")),),
    "username": (_facts.where(Account.username == bindparam("value")),),
    # Two searches of an index each: for an OR the planner of PostgreSQL may read every account.
    "mail": (
        _facts.where(func.lower(Account.mail) == _address, Account.mail_verified_at.is_not(None)),
        _facts.where(func.lower(Person.contact_mail) == _address),
    ),
}
_granted = (
    select(StaffPost.id, StaffPost.role, StaffPost.school_id, School.uai)
    .outerjoin(School, School.id == StaffPost.school_id)
    .where(
        StaffPost.person_id == bindparam("person"),
        StaffPost.granted_by == bindparam("upstream"),
        StaffPost.until.is_(None),
    )
)
_end_post = (
    update(StaffPost)
    .where(StaffPost.id == bindparam("post"), StaffPost.until.is_(None))
    .values(until=bindparam("moment"))
)
_schools = select(School.id, School.uai).where(School.uai.in_(bindparam("uais", expanding=True)))


def having(connection: Connection, by: str, value: str) -> Sequence[AccountFacts]:
    """Accounts in any state with this INE, username, or mail address: confirmed by its person, or of the school's base."""
    rows = (row for statement in _BY[by] for row in connection.execute(statement, {"value": value}))
    return list({row.id: facts_of(row) for row in rows}.values())


def granted(connection: Connection, person: int, upstream: str) -> Sequence[tuple[int, str, str | None]]:
    """(post, role, UAI or None) of the posts that the rules of an upstream give a person."""
    rows = connection.execute(_granted, {"person": person, "upstream": upstream})
    return [(row.id, row.role, row.uai) for row in rows]


def end_post(tx: Connection, post: int, now: int) -> bool:
    return tx.execute(_end_post, {"post": post, "moment": now}).rowcount == 1


def schools(connection: Connection, uais: Iterable[str]) -> dict[str, int]:
    """UAI → id of the schools that there are."""
    rows = connection.execute(_schools, {"uais": sorted(uais)})
    return {row.uai: row.id for row in rows}


def grant(tx: Connection, person: int, school: int | None, role: str, upstream: str, now: int) -> bool:
    """Give a post. False if the person has it by this upstream's rules already: the unique key decides between two logins."""
    row: dict[str, Any] = {
        "person_id": person,
        "school_id": school,
        "role": role,
        "since": now,
        "granted_by": upstream,
    }
    statement = insert_into(tx.dialect.name, StaffPost).on_conflict_do_nothing().returning(StaffPost.id)
    return tx.execute(statement, row).first() is not None
