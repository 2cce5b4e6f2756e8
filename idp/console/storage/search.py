"""Statements that find people: of one school by a scan of its few thousand rows, of the academy by index."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from idp.console.rules.people_query import A_PAGE, PeopleQuery
from idp.console.rules.rights import Reach
from idp.console.storage.members import members_of
from idp.people.rules.mail_addresses import foldings
from idp.people.rules.phone_numbers import written_in_full
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person

LAST = "z" * 20
"""No folded name in Latin letters goes on like this: between a beginning and beginning + LAST lie all names that begin so, by index."""
LAST_OF_ALL = "\U0010ffff"
"""No letter of any script comes after it."""


@dataclass(frozen=True)
class PersonRow:
    """One line of a list of people. `place` is a class, for a guardian the first of their children's.

    `mail` is the account's, `contact_mail` the address that the school knows.
    """

    account: int
    person: int
    kind: str
    first_name: str
    family_name: str
    username: str
    state: str
    present: bool
    mail: str | None
    mail_verified: bool
    place: str | None
    last_signed_in_at: int | None
    letter_expires_at: int | None
    contact_mail: str | None


def in_school(
    connection: Connection, query: PeopleQuery, reach: Reach, school: int
) -> tuple[list[PersonRow], int]:
    """A page of the people of a school within `reach`, and how many there are in all."""
    statement, members = _of_school(query, reach, school)
    total = connection.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
    statement = _ordered(statement, query.sort, members.c.place)
    statement = statement.limit(A_PAGE).offset((query.page - 1) * A_PAGE)
    return [PersonRow(*row) for row in connection.execute(statement)], int(total)


def all_in_school(
    connection: Connection, query: PeopleQuery, reach: Reach, school: int, most: int | None = None
) -> list[PersonRow]:
    """All people of the search in its order, `most` at most."""
    statement, members = _of_school(query, reach, school)
    # A LIMIT would make PostgreSQL read all people in the order of their names.
    rows = connection.execute(_ordered(statement, query.sort, members.c.place))
    return [PersonRow(*row) for row in islice(rows, most)]


def in_academy(connection: Connection, query: PeopleQuery, kinds: frozenset[str]) -> list[PersonRow]:
    """The first page of the people of every school; nothing for an empty query."""
    if not (query.names or query.mails or query.phones):
        return []
    statement = people_rows(literal(None, String)).where(Person.kind.in_(sorted(kinds)))
    if query.names:
        scans = _by_one_name(*query.names) if len(query.names) == 1 else _by_names(query.names)
        statement = statement.where(Person.id.in_(_together(scans)))
    for mail in query.mails:
        folded = sorted(foldings(mail))
        statement = statement.where(
            Person.id.in_(
                _together(
                    [
                        select(Account.person_id.label("id")).where(func.lower(Account.mail).in_(folded)),
                        select(Person.id).where(func.lower(Person.contact_mail).in_(folded)),
                    ]
                )
            )
        )
    for phone in query.phones:
        numbers = written_in_full(phone)
        statement = statement.where(
            Person.id.in_(
                _together(
                    [
                        select(Account.person_id.label("id")).where(Account.mobile.in_(numbers)),
                        select(Person.id).where(Person.mobile.in_(numbers)),
                    ]
                )
            )
        )
    if query.states:
        statement = statement.where(Account.state.in_(query.states))
    statement = statement.order_by(Person.family_folded, Person.first_folded).limit(A_PAGE)
    return [PersonRow(*row) for row in connection.execute(statement)]


def _begins(column: InstrumentedAttribute[str], name: str) -> ColumnElement[bool]:
    """Whether a folded name begins with `name`: a range of the index, which in some collations holds other names too."""
    if name.isascii():
        return column.between(name, name + LAST)
    return and_(column.between(name, name + LAST_OF_ALL), column.startswith(name, autoescape=True))


def _by_one_name(name: str) -> list[Select[Any]]:
    """Three short index scans, each with its own limit: without it, a single letter would sort a tenth of all people."""
    dotted = name[:1] + "." + name[1:]
    return [
        select(Person.id)
        .where(_begins(Person.family_folded, name))
        .order_by(Person.family_folded)
        .limit(A_PAGE),
        select(Person.id)
        .where(_begins(Person.first_folded, name))
        .order_by(Person.first_folded)
        .limit(A_PAGE),
        select(Account.person_id.label("id"))
        .where(Account.username.between(dotted, dotted + LAST))
        .order_by(Account.username)
        .limit(A_PAGE),
    ]


def _by_names(names: tuple[str, ...]) -> list[Select[Any]]:
    """Surname and first name in either order, either of several words: along the index that holds both."""
    cuts = [("".join(names[:cut]), "".join(names[cut:])) for cut in range(1, min(len(names), 5))]
    return [
        select(Person.id)
        .where(_begins(Person.family_folded, family), _begins(Person.first_folded, first))
        .order_by(Person.family_folded)
        .limit(A_PAGE)
        for head, tail in cuts
        for family, first in ((head, tail), (tail, head))
    ]


def _together(scans: list[Select[Any]]) -> Any:
    """The ids of several index scans; an OR over two tables would scan all people instead."""
    return union_all(*(select(scan.subquery().c.id) for scan in scans))


def _of_school(query: PeopleQuery, reach: Reach, school: int) -> tuple[Select[Any], Any]:
    members = members_of(reach, school, bool(query.names or query.mails or query.phones)).subquery()
    statement = people_rows(members.c.place).join(members, members.c.person == Person.id)
    for name in query.names:
        statement = statement.where(
            or_(
                Person.family_folded.contains(name),
                Person.first_folded.startswith(name),
                func.replace(Account.username, ".", "").startswith(name),
            )
        )
    for mail in query.mails:
        statement = statement.where(
            or_(
                *(
                    func.lower(column).contains(folded, autoescape=True)
                    for column in (Account.mail, Person.contact_mail)
                    for folded in sorted(foldings(mail))
                )
            )
        )
    for phone in query.phones:
        statement = statement.where(
            or_(
                *(
                    column.endswith(phone) if len(phone) == 9 else column.contains(phone)
                    for column in (Account.mobile, Person.mobile, Person.phone)
                )
            )
        )
    if query.states:
        # A concatenation: along the index of states a planner would pass the whole academy.
        statement = statement.where((Account.state + "").in_(query.states))
    if query.kinds:
        statement = statement.where(Person.kind.in_(query.kinds))
    for code in query.classes:
        in_class = and_(
            Enrolment.school_id == school, Enrolment.class_code == code, Enrolment.until.is_(None)
        )
        statement = statement.where(
            or_(
                exists().where(Enrolment.pupil_id == Person.id, in_class),
                exists().where(
                    Guardianship.guardian_id == Person.id,
                    Guardianship.until.is_(None),
                    Guardianship.pupil_id == Enrolment.pupil_id,
                    in_class,
                ),
            )
        )
    return statement, members


def people_rows(place: Any) -> Select[Any]:
    return select(
        Account.id,
        Person.id,
        Person.kind,
        Person.first_name,
        func.coalesce(Person.usage_name, Person.family_name),
        Account.username,
        Account.state,
        Account.present,
        Account.mail,
        Account.mail_verified_at.is_not(None),
        place,
        Account.last_signed_in_at,
        Account.letter_expires_at,
        Person.contact_mail,
    ).join(Account, Account.person_id == Person.id)


def _ordered(statement: Select[Any], sort: str, place: Any) -> Select[Any]:
    columns = {
        "name": (Person.family_folded, Person.first_folded),
        "class": (place, Person.family_folded),
        "state": (Account.state, Person.family_folded),
        "last": (Account.last_signed_in_at, Person.family_folded),
    }[sort.lstrip("-")]
    first, *further = [column.desc() if sort.startswith("-") else column.asc() for column in columns]
    return statement.order_by(first.nulls_last(), *further, Person.id)
