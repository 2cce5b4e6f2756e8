"""Statements on guardians and children, disputed links, and the merge of two persons."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, exists, func, null, or_, select, update
from sqlalchemy.orm import aliased

from idp.people.storage.tables import (
    Account,
    Enrolment,
    Guardianship,
    ImportDecision,
    Person,
    School,
    SourceRecord,
)


@dataclass(frozen=True)
class Relative:
    """A child of a guardian, or a guardian of a pupil. `account`, `username` and `state` are None without an account."""

    link: int
    person: int
    first_name: str
    family_name: str
    birth_date: str | None
    school: str | None
    class_code: str | None
    account: int | None
    username: str | None
    state: str | None
    disputed: bool


_person = (
    Guardianship.id,
    Person.id.label("person"),
    Person.first_name,
    func.coalesce(Person.usage_name, Person.family_name).label("family_name"),
    Person.birth_date,
    Account.id.label("account"),
    Account.username,
    Account.state,
    Guardianship.disputed_at,
)
_children = (
    select(*_person, School.name.label("school"), Enrolment.class_code)
    .select_from(Guardianship)
    .join(Person, Person.id == Guardianship.pupil_id)
    .outerjoin(Account, Account.person_id == Person.id)
    .outerjoin(Enrolment, (Enrolment.pupil_id == Person.id) & Enrolment.until.is_(None))
    .outerjoin(School, School.id == Enrolment.school_id)
    .where(
        Guardianship.guardian_id == bindparam("person"),
        Guardianship.pupil_id != bindparam("person"),
        Guardianship.until.is_(None),
    )
    .order_by(Person.birth_date, Person.first_name, Enrolment.since.desc())
)
_guardians = (
    select(*_person, null().label("school"), null().label("class_code"))
    .select_from(Guardianship)
    .join(Person, Person.id == Guardianship.guardian_id)
    .outerjoin(Account, Account.person_id == Person.id)
    .where(
        Guardianship.pupil_id == bindparam("person"),
        Guardianship.guardian_id != bindparam("person"),
        Guardianship.until.is_(None),
    )
    .order_by(Guardianship.id)
)
_end = (
    update(Guardianship)
    .where(
        Guardianship.id == bindparam("link"),
        Guardianship.pupil_id == bindparam("pupil"),
        Guardianship.until.is_(None),
    )
    .values(until=bindparam("moment"))
)
_other_link = aliased(Guardianship)
_move_links = (
    update(Guardianship)
    .where(
        Guardianship.guardian_id == bindparam("joined"),
        ~exists().where(
            _other_link.guardian_id == bindparam("remaining"), _other_link.pupil_id == Guardianship.pupil_id
        ),
    )
    .values(guardian_id=bindparam("remaining"))
)
_move_sources = (
    update(SourceRecord)
    .where(SourceRecord.person_id == bindparam("joined"))
    .values(person_id=bindparam("remaining"))
)
_move_decisions = (
    update(ImportDecision)
    .where(ImportDecision.person_id == bindparam("joined"))
    .values(person_id=bindparam("remaining"))
)
_end_rest = (
    update(Guardianship)
    .where(Guardianship.guardian_id == bindparam("joined"), Guardianship.until.is_(None))
    .values(until=bindparam("moment"))
)
_reopen = (
    update(Guardianship)
    .where(
        Guardianship.guardian_id == bindparam("remaining"),
        Guardianship.until.is_not(None),
        exists().where(
            _other_link.guardian_id == bindparam("joined"),
            _other_link.pupil_id == Guardianship.pupil_id,
            _other_link.until.is_(None),
        ),
    )
    .values(until=None)
)


def children_of(connection: Connection, guardian: int) -> list[Relative]:
    """The children of a guardian (a person's id), each once, the eldest first."""
    return _relatives(connection.execute(_children, {"person": guardian}))


def guardians_of(connection: Connection, pupil: int) -> list[Relative]:
    """The guardians of a pupil (a person's id)."""
    return _relatives(connection.execute(_guardians, {"person": pupil}))


def _relatives(rows) -> list[Relative]:  # type: ignore[no-untyped-def]
    """Each person once: the first row of a person counts."""
    relatives: dict[int, Relative] = {}
    for row in rows:
        values = row._asdict() | {"link": row.id, "disputed": row.disputed_at is not None}
        del values["id"], values["disputed_at"]
        relatives.setdefault(row.person, Relative(**values))
    return list(relatives.values())


def end_link(tx: Connection, link: int, pupil: int, now: int) -> bool:
    """End the link of a pupil of full age to a guardian; whether it was open."""
    return tx.execute(_end, {"link": link, "pupil": pupil, "moment": now}).rowcount == 1


def join_persons(tx: Connection, remaining: int, joined: int, now: int) -> None:
    """Move links, source records and import decisions of the person `joined` to `remaining`, who is the same human being."""
    pair = {"remaining": remaining, "joined": joined}
    tx.execute(_reopen, pair)
    tx.execute(_move_links, pair)
    tx.execute(_end_rest, {"joined": joined, "moment": now})
    tx.execute(_move_sources, pair)
    tx.execute(_move_decisions, pair)


_guardian = aliased(Person)
_disputed = (
    select(
        Guardianship.disputed_at,
        _guardian.first_name,
        _guardian.family_name,
        Person.first_name,
        Person.family_name,
        Enrolment.class_code,
    )
    .select_from(Guardianship)
    .join(_guardian, _guardian.id == Guardianship.guardian_id)
    .join(Person, Person.id == Guardianship.pupil_id)
    .join(Enrolment, (Enrolment.pupil_id == Guardianship.pupil_id) & Enrolment.until.is_(None))
    .join(School, School.id == Enrolment.school_id)
    .where(
        School.uai == bindparam("uai"), Guardianship.disputed_at.is_not(None), Guardianship.until.is_(None)
    )
    .order_by(Guardianship.disputed_at)
)


@dataclass(frozen=True)
class Disputed:
    """A link that its guardian disputes: not their child."""

    at: int
    guardian: str
    pupil: str
    class_code: str | None


def disputed(connection: Connection, uai: str) -> list[Disputed]:
    """Disputed open links of the pupils of a school, the oldest first."""
    rows = connection.execute(_disputed, {"uai": uai})
    return [Disputed(row[0], f"{row[1]} {row[2]}", f"{row[3]} {row[4]}", row[5]) for row in rows]


_detach = (
    update(Guardianship)
    .where(
        Guardianship.id == bindparam("link"),
        Guardianship.guardian_id == bindparam("guardian"),
        Guardianship.until.is_(None),
    )
    .values(until=bindparam("moment"))
)
_uphold = (
    update(Guardianship)
    .where(
        Guardianship.id == bindparam("link"),
        Guardianship.guardian_id == bindparam("guardian"),
        Guardianship.disputed_at.is_not(None),
        Guardianship.until.is_(None),
    )
    .values(disputed_at=None)
)


_attach_again = (
    update(Guardianship)
    .where(
        Guardianship.id == bindparam("link"),
        Guardianship.guardian_id == bindparam("guardian"),
        Guardianship.until == bindparam("ended_at"),
    )
    .values(until=None)
)
_ended_at = select(Guardianship.id, Guardianship.until).where(
    Guardianship.id.in_(bindparam("links", expanding=True)), Guardianship.until.is_not(None)
)


_of_person = (
    Guardianship.id == bindparam("link"),
    or_(Guardianship.guardian_id == bindparam("person"), Guardianship.pupil_id == bindparam("person")),
)
_is_over = select(exists().where(*_of_person, Guardianship.until.is_not(None)))
_is_upheld = select(
    exists().where(*_of_person, Guardianship.until.is_(None), Guardianship.disputed_at.is_(None))
)


def is_over(connection: Connection, link: int, person: int) -> bool:
    """Whether a link of this guardian or pupil has ended."""
    return bool(connection.execute(_is_over, {"link": link, "person": person}).scalar())


def is_upheld(connection: Connection, link: int, person: int) -> bool:
    """Whether a link of this guardian or pupil is open and undisputed."""
    return bool(connection.execute(_is_upheld, {"link": link, "person": person}).scalar())


def detach(tx: Connection, link: int, guardian: int, now: int) -> bool:
    """End the link of a guardian (a person's id) to a child; whether it was open."""
    return tx.execute(_detach, {"link": link, "guardian": guardian, "moment": now}).rowcount == 1


def attach_again(tx: Connection, link: int, guardian: int, ended_at: int) -> bool:
    """Reopen a link of a guardian (a person's id) that ended at this moment; whether it had."""
    return tx.execute(_attach_again, {"link": link, "guardian": guardian, "ended_at": ended_at}).rowcount == 1


def ended_at(connection: Connection, links: Collection[int]) -> dict[int, int]:
    """Link → when it ended, of those of `links` that are over."""
    return {row.id: row.until for row in connection.execute(_ended_at, {"links": list(links)})}


def uphold(tx: Connection, link: int, guardian: int) -> bool:
    """Clear the dispute of an open link; whether it was disputed."""
    return tx.execute(_uphold, {"link": link, "guardian": guardian}).rowcount == 1
