"""Statements on requests for erasure."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, select, update

from idp.database.expired import delete_expired, run
from idp.database.upserts import insert_into
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, School, StaffPost
from idp.privacy.rules.requests import StoredRequest, WaitingRequest
from idp.privacy.storage.tables import OPEN, ErasureRequest

_open = ErasureRequest.answered_at.is_(None)
_of_account = ErasureRequest.account_id == bindparam("account")
_this = ErasureRequest.id == bindparam("request")
_latest = (
    select(
        ErasureRequest.id,
        School.name,
        ErasureRequest.wish,
        ErasureRequest.asked_at,
        ErasureRequest.passed_on_at,
        ErasureRequest.answered_at,
        ErasureRequest.answer,
    )
    .outerjoin(School, School.id == ErasureRequest.school_id)
    .where(_of_account)
    .order_by(ErasureRequest.id.desc())
    .limit(1)
)
_waiting = (
    select(
        ErasureRequest.id,
        Account.id,
        Person.id,
        Person.kind,
        Person.first_name,
        func.coalesce(Person.usage_name, Person.family_name),
        Account.username,
        ErasureRequest.wish,
        ErasureRequest.asked_at,
        ErasureRequest.passed_on_at,
    )
    .join(Account, Account.id == ErasureRequest.account_id)
    .join(Person, Person.id == Account.person_id)
    .where(_open, Person.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(ErasureRequest.asked_at, ErasureRequest.id)
    .limit(bindparam("most"))
)
_waiting_at_school = _waiting.where(ErasureRequest.school_id == bindparam("school"))
_waiting_at_academy = _waiting.where(ErasureRequest.school_id.is_(None))
_withdraw = delete(ErasureRequest).where(_of_account, _open)
_here = {
    True: ErasureRequest.school_id.is_(None),
    False: ErasureRequest.school_id == bindparam("school"),
}
_refuse = {
    academy: update(ErasureRequest)
    .where(_this, _open, here)
    .values(
        answered_at=bindparam("moment"),
        answered_by=bindparam("actor"),
        answer=bindparam("reason"),
        forget_at=bindparam("until"),
    )
    for academy, here in _here.items()
}
_pass_on = (
    update(ErasureRequest)
    .where(_this, _open, _here[False])
    .values(school_id=None, passed_on_at=bindparam("moment"))
)
_school_name = select(School.name).where(School.id == bindparam("school"))
_expired = delete_expired(ErasureRequest.id, ErasureRequest.forget_at)
_schools: dict[str, Select[tuple[Any]]] = {
    "pupil": select(Enrolment.school_id)
    .where(Enrolment.pupil_id == bindparam("person"), Enrolment.until.is_(None))
    .order_by(Enrolment.since.desc(), Enrolment.id)
    .limit(1),
    "guardian": select(Guardianship.school_id)
    .where(Guardianship.guardian_id == bindparam("person"), Guardianship.until.is_(None))
    .order_by(Guardianship.since.desc(), Guardianship.id)
    .limit(1),
    "staff": select(StaffPost.school_id)
    .where(StaffPost.person_id == bindparam("person"), StaffPost.until.is_(None))
    .order_by(StaffPost.since.desc(), StaffPost.id)
    .limit(1),
}


def school_of(connection: Connection, person: int, kind: str) -> int | None:
    """The school that is responsible for a person: the newest that names them; None: the academy."""
    school: int | None = connection.execute(_schools[kind], {"person": person}).scalar()
    return school


def school_name_of(connection: Connection, person: int, kind: str) -> str | None:
    """The name of the school of `school_of`."""
    school = school_of(connection, person, kind)
    name: str | None = connection.execute(_school_name, {"school": school}).scalar() if school else None
    return name


def latest(connection: Connection, account: int) -> StoredRequest | None:
    """The newest request of an account, open or answered."""
    row = connection.execute(_latest, {"account": account}).one_or_none()
    return StoredRequest(*row) if row else None


def add(tx: Connection, account: int, school: int | None, wish: str, now: int) -> bool:
    """Insert a request; False if the account has an open one: of several at once, one is inserted."""
    statement = (
        insert_into(tx.dialect.name, ErasureRequest)
        .values(account_id=account, school_id=school, wish=wish, asked_at=now)
        .on_conflict_do_nothing(index_elements=[ErasureRequest.account_id], index_where=OPEN)
        .returning(ErasureRequest.id)
    )
    return tx.execute(statement).first() is not None


def withdraw(tx: Connection, account: int) -> bool:
    """Delete the open request of an account; whether there was one."""
    return tx.execute(_withdraw, {"account": account}).rowcount == 1


def refuse(
    tx: Connection, request: int, school: int | None, reason: str, actor: str, now: int, until: int
) -> bool:
    """Answer an open request of this school (None: of the academy). True for one caller alone."""
    values: dict[str, Any] = {
        "request": request,
        "moment": now,
        "actor": actor,
        "reason": reason,
        "until": until,
    }
    if school is not None:
        values["school"] = school
    return tx.execute(_refuse[school is None], values).rowcount == 1


def pass_on(tx: Connection, request: int, school: int, now: int) -> bool:
    """Give an open request of this school to the academy. True for one caller alone."""
    return tx.execute(_pass_on, {"request": request, "school": school, "moment": now}).rowcount == 1


def waiting(
    connection: Connection, school: int | None, kinds: Collection[str], most: int = 200
) -> list[WaitingRequest]:
    """Open requests of people of these kinds, the oldest first."""
    values: dict[str, Any] = {"kinds": list(kinds), "most": most}
    if school is not None:
        values["school"] = school
    statement = _waiting_at_academy if school is None else _waiting_at_school
    return [
        WaitingRequest(row[0], row[1], row[2], row[3], f"{row[4]} {row[5]}", row[6], row[7], row[8], row[9])
        for row in connection.execute(statement, values)
    ]


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch of answered requests whose time is over; the number of deleted rows."""
    return run(tx, _expired, now, most)
