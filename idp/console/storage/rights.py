"""Statements on rights: a person's posts, and what was lent to them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, String, bindparam, insert, literal, or_, select, update

from idp.console.rules.rights import FAMILIES, Reach, Right, Role, SchoolRow, Target
from idp.console.storage.tables import Delegation
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, School, StaffPost

_posts = select(StaffPost.role, StaffPost.school_id).where(
    StaffPost.person_id == bindparam("person"), StaffPost.until.is_(None)
)
_lent = select(Delegation.school_id, Delegation.kinds, Delegation.classes).where(
    Delegation.person_id == bindparam("person"),
    Delegation.ended_at.is_(None),
    Delegation.since <= bindparam("now"),
    Delegation.until > bindparam("now"),
)
_school = select(School.id, School.uai, School.name, School.school_year, School.imported_at)


@dataclass(frozen=True)
class DelegationRow:
    """`classes` None: all. Moments are epoch seconds."""

    id: int
    person: int
    name: str
    username: str
    kinds: tuple[str, ...]
    classes: tuple[str, ...] | None
    since: int
    until: int
    ended_at: int | None
    given_at: int

    def state(self, now: int) -> str:
        """taken_back, over, begins or runs."""
        if self.ended_at is not None:
            return "taken_back"
        return "over" if self.until <= now else "begins" if self.since > now else "runs"


def rights_of(connection: Connection, person: int, now: int) -> tuple[Right, ...]:
    """The rights of a member of staff at `now`. A role that the table does not list gives none."""
    # The post of a delegate gives no right: delegations do.
    roles = {str(role) for role in Role} - {Role.DELEGATE}
    rights = [
        Right(Role(row.role), row.school_id)
        for row in connection.execute(_posts, {"person": person})
        if row.role in roles
    ]
    for row in connection.execute(_lent, {"person": person, "now": now}):
        classes = frozenset(json.loads(row.classes)) if row.classes else None
        rights.append(Right(Role.DELEGATE, row.school_id, frozenset(row.kinds.split()) & FAMILIES, classes))
    return tuple(rights)


def school_by_uai(connection: Connection, uai: str) -> SchoolRow | None:
    row = connection.execute(_school.where(School.uai == uai)).one_or_none()
    return SchoolRow(*row) if row else None


def school_by_id(connection: Connection, school: int) -> SchoolRow | None:
    row = connection.execute(_school.where(School.id == school)).one_or_none()
    return SchoolRow(*row) if row else None


def schools_by_id(connection: Connection, ids: frozenset[int] | None) -> list[SchoolRow]:
    """The schools of these ids (None: every school), by name."""
    statement = _school.order_by(School.name)
    if ids is not None:
        statement = statement.where(School.id.in_(list(ids)))
    return [SchoolRow(*row) for row in connection.execute(statement)]


def target_of(connection: Connection, person: int) -> Target | None:
    """A person as rights see them: where they are enrolled, whose guardian they are, where they work."""
    kind = connection.execute(select(Person.kind).where(Person.id == person)).scalar_one_or_none()
    if kind is None:
        return None
    if kind == "staff":
        posts = select(StaffPost.school_id).where(StaffPost.person_id == person, StaffPost.until.is_(None))
        at = connection.execute(posts).scalars().all()
        # A person who works for the academy too is out of reach of a school.
        return Target(frozenset() if None in at else frozenset(s for s in at if s is not None), kind)
    own = Enrolment.pupil_id == person
    of_children = Enrolment.pupil_id.in_(
        select(Guardianship.pupil_id).where(Guardianship.guardian_id == person, Guardianship.until.is_(None))
    )
    # A person who has left is still within reach of their last school.
    rows: Sequence[Any] = connection.execute(
        select(Enrolment.school_id, Enrolment.class_code, Enrolment.until).where(
            own if kind == "pupil" else of_children
        )
    ).all()
    if kind == "guardian" and not rows:
        rows = connection.execute(
            select(
                Guardianship.school_id, literal(None, String).label("class_code"), Guardianship.until
            ).where(Guardianship.guardian_id == person)
        ).all()
    here = [row for row in rows if row.until is None] or rows
    classes: dict[int, set[str]] = {}
    for row in here:
        classes.setdefault(row[0], set()).update([row.class_code] if row.class_code else [])
    return Target(frozenset(classes), kind, {school: frozenset(codes) for school, codes in classes.items()})


def classes_of(connection: Connection, school: int, reach: Reach | None = None) -> list[str]:
    """The class codes of a school, in order; within `reach`."""
    statement = (
        select(Enrolment.class_code)
        .where(Enrolment.school_id == school, Enrolment.until.is_(None), Enrolment.class_code.is_not(None))
        .distinct()
        .order_by(Enrolment.class_code)
    )
    codes = [code for code in connection.execute(statement).scalars() if code]
    return [code for code in codes if reach is None or reach.classes is None or code in reach.classes]


def delegations(connection: Connection, school: int, most: int = 1_000) -> list[DelegationRow]:
    """The newest delegations of a school, the newest first."""
    rows = connection.execute(
        select(Delegation.__table__, Person.first_name, Person.family_name, Account.username)
        .join(Person, Person.id == Delegation.person_id)
        .join(Account, Account.person_id == Person.id)
        .where(Delegation.school_id == school)
        .order_by(Delegation.id.desc())
        .limit(most)
    )
    return [
        DelegationRow(
            row.id,
            row.person_id,
            f"{row.first_name} {row.family_name}",
            row.username,
            tuple(row.kinds.split()),
            tuple(json.loads(row.classes)) if row.classes else None,
            row.since,
            row.until,
            row.ended_at,
            row.given_at,
        )
        for row in rows
    ]


def colleagues(connection: Connection, school: int) -> list[tuple[int, str]]:
    """(person, name) of the staff of a school."""
    rows = connection.execute(
        select(Person.id, Person.first_name, Person.family_name, StaffPost.role)
        .join(StaffPost, StaffPost.person_id == Person.id)
        .where(or_(StaffPost.school_id == school), StaffPost.until.is_(None))
        .order_by(Person.family_folded)
    )
    return list({row.id: (row.id, f"{row.first_name} {row.family_name}") for row in rows}.values())


def lend(tx: Connection, row: dict[str, Any]) -> int:
    return int(tx.execute(insert(Delegation).values(row).returning(Delegation.id)).scalar_one())


def is_taken_back(connection: Connection, delegation: int, school: int) -> bool:
    """Whether a delegation of this school was ended before its time."""
    statement = select(Delegation.id).where(
        Delegation.id == delegation, Delegation.school_id == school, Delegation.ended_at.is_not(None)
    )
    return connection.execute(statement).first() is not None


def end_delegation(tx: Connection, delegation: int, school: int, now: int) -> bool:
    statement = (
        update(Delegation)
        .where(Delegation.id == delegation, Delegation.school_id == school, Delegation.ended_at.is_(None))
        .values(ended_at=now)
    )
    return tx.execute(statement).rowcount == 1
