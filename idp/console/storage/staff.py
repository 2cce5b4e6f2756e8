"""Statements on posts at the academy and its schools."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, School, StaffPost


@dataclass(frozen=True)
class Post:
    """A post that is not over, and how its holder signs in."""

    id: int
    account: int
    person: int
    name: str
    username: str
    role: str
    uai: str | None
    school: str | None
    state: str
    two_steps: bool
    since: int


def posts(connection: Connection) -> list[Post]:
    """Every post that is not over: the academy's first, then school by school."""
    rows = connection.execute(
        select(
            StaffPost.id,
            Account.id.label("account"),
            Person.id.label("person"),
            Person.first_name,
            Person.family_name,
            Account.username,
            StaffPost.role,
            School.uai,
            School.name,
            Account.state,
            Account.second_factor_since,
            StaffPost.since,
        )
        .join(Person, Person.id == StaffPost.person_id)
        .join(Account, Account.person_id == Person.id)
        .outerjoin(School, School.id == StaffPost.school_id)
        .where(StaffPost.until.is_(None))
        .order_by(School.name.is_not(None), School.name, Person.family_folded, StaffPost.id)
    )
    return [
        Post(
            row.id,
            row.account,
            row.person,
            f"{row.first_name} {row.family_name}",
            row.username,
            row.role,
            row.uai,
            row.name,
            row.state,
            row.second_factor_since is not None,
            row.since,
        )
        for row in rows
    ]


def person_of_post(connection: Connection, post: int) -> int | None:
    person: int | None = connection.execute(
        select(StaffPost.person_id).where(StaffPost.id == post)
    ).scalar_one_or_none()
    return person


def end_post(tx: Connection, post: int, now: int) -> bool:
    statement = update(StaffPost).where(StaffPost.id == post, StaffPost.until.is_(None)).values(until=now)
    return tx.execute(statement).rowcount == 1


def schools_of_person(connection: Connection, person: int) -> list[tuple[str, str]]:
    """(UAI, name) of each school where a person can be acted on: their own, or their children's."""
    children = select(Guardianship.pupil_id).where(
        Guardianship.guardian_id == person, Guardianship.until.is_(None)
    )
    rows = connection.execute(
        select(School.uai, School.name)
        .join(Enrolment, Enrolment.school_id == School.id)
        .where((Enrolment.pupil_id == person) | Enrolment.pupil_id.in_(children))
        .distinct()
    )
    return [(row.uai, row.name) for row in rows]
