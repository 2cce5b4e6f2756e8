"""Statements on requests for erasure."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    and_,
    bindparam,
    case,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import aliased

from idp.database.expired import delete_expired, run
from idp.database.upserts import insert_into
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, School, StaffPost
from idp.privacy.rules.requests import StoredRequest, WaitingRequest
from idp.privacy.storage.tables import OPEN, ErasureRequest

_open = ErasureRequest.answered_at.is_(None)
_of_account = ErasureRequest.account_id == bindparam("account")
_this = ErasureRequest.id == bindparam("request")


def _newest(school: Any, since: Any, number: Any, *conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    return (
        select(school)
        .where(*conditions)
        .order_by(since.desc(), number)
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )


_of_link = (Guardianship.guardian_id == Person.id, Guardianship.until.is_(None))
_present = Enrolment.until.is_(None)
_enrolled = (Enrolment.school_id, Enrolment.since, Enrolment.id)
_school_now = case(
    (Person.kind == "pupil", _newest(*_enrolled, Enrolment.pupil_id == Person.id, _present)),
    (
        Person.kind == "guardian",
        func.coalesce(
            _newest(*_enrolled, *_of_link, Enrolment.pupil_id == Guardianship.pupil_id, _present),
            _newest(Guardianship.school_id, Guardianship.since, Guardianship.id, *_of_link),
        ),
    ),
    else_=_newest(
        StaffPost.school_id,
        StaffPost.since,
        StaffPost.id,
        StaffPost.person_id == Person.id,
        StaffPost.until.is_(None),
    ),
)
"""The school that is responsible for a person: the newest that names them, or their child; NULL: none does."""
MOST_OPEN = 10_000
"""Open requests of an academy, at most: a list of waiting ones looks at each."""


def _responsible(request: Any) -> ColumnElement[int | None]:
    """Whose office answers an open request: it follows its person to the next school. Where no school names them, the one at which they asked."""
    is_open = and_(request.answered_at.is_(None), request.passed_on_at.is_(None))
    return case(
        (is_open, func.coalesce(_school_now, request.school_id)),
        else_=request.school_id,
    )


def _here(request: Any) -> dict[bool, ColumnElement[bool]]:
    """Whether the academy (True) or a school (False) answers a request."""
    school = _responsible(request)
    return {True: school.is_(None), False: school == bindparam("school")}


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
    .join(Account, Account.id == ErasureRequest.account_id)
    .join(Person, Person.id == Account.person_id)
    .outerjoin(School, School.id == _responsible(ErasureRequest))
    .where(_of_account)
    .order_by(ErasureRequest.id.desc())
    .limit(1)
)
_request = aliased(
    ErasureRequest,
    # A range of the index of open requests: SQLite would read the whole table else.
    select(ErasureRequest.__table__)
    .where(_open, ErasureRequest.account_id > 0)
    .order_by(ErasureRequest.account_id)
    .limit(MOST_OPEN)
    .subquery(),
)
_waiting = {
    academy: select(
        _request.id,
        Account.id,
        Person.id,
        Person.kind,
        Person.first_name,
        func.coalesce(Person.usage_name, Person.family_name),
        Account.username,
        _request.wish,
        _request.asked_at,
        _request.passed_on_at,
    )
    .join(Account, Account.id == _request.account_id)
    .join(Person, Person.id == Account.person_id)
    .where(Person.kind.in_(bindparam("kinds", expanding=True)), here)
    .order_by(_request.asked_at, _request.id)
    .limit(bindparam("most"))
    for academy, here in _here(_request).items()
}
_waits_here = {
    academy: select(ErasureRequest.id)
    .join(Account, Account.id == ErasureRequest.account_id)
    .join(Person, Person.id == Account.person_id)
    .where(_this, here)
    for academy, here in _here(ErasureRequest).items()
}
_withdraw = delete(ErasureRequest).where(_of_account, _open)
_refuse = {
    academy: update(ErasureRequest)
    .where(_this, _open, ErasureRequest.id.in_(request))
    .values(
        school_id=None if academy else bindparam("school"),
        answered_at=bindparam("moment"),
        answered_by=bindparam("actor"),
        answer=bindparam("reason"),
        forget_at=bindparam("until"),
    )
    for academy, request in _waits_here.items()
}
_pass_on = (
    update(ErasureRequest)
    .where(_this, _open, ErasureRequest.id.in_(_waits_here[False]))
    .values(school_id=None, passed_on_at=bindparam("moment"))
)
_school_of = select(_school_now).where(Person.id == bindparam("person"))
_school_name = select(School.name).where(School.id == bindparam("school"))
_expired = delete_expired(ErasureRequest.id, ErasureRequest.forget_at)


def school_of(connection: Connection, person: int) -> int | None:
    """The school that is responsible for a person: the newest that names them; None: the academy."""
    school: int | None = connection.execute(_school_of, {"person": person}).scalar()
    return school


def school_name_of(connection: Connection, person: int) -> str | None:
    """The name of the school of `school_of`."""
    school = school_of(connection, person)
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
    return [
        WaitingRequest(row[0], row[1], row[2], row[3], f"{row[4]} {row[5]}", row[6], row[7], row[8], row[9])
        for row in connection.execute(_waiting[school is None], values)
    ]


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch of answered requests whose time is over; the number of deleted rows."""
    return run(tx, _expired, now, most)
