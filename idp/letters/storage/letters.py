"""Statements on activation letters."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, func, or_, select, update

from idp.database.chunks import chunks, select_in
from idp.letters.rules.runs import ClassMember, LetterChild
from idp.people.rules.accounts import Act, State, allowed_from, leads_to
from idp.people.storage.accounts import NEXT_GENERATION
from idp.people.storage.tables import (
    Account,
    Enrolment,
    Guardianship,
    Person,
    School,
)


@dataclass(frozen=True)
class Addressee:
    """The addressee of a letter. `class_code` is of a pupil, `children` are of a guardian."""

    account: int
    kind: str
    first_name: str
    family_name: str
    username: str
    civility: str | None
    class_code: str | None
    children: tuple[LetterChild, ...]
    street: str | None
    postal_code: str | None
    city: str | None


_MAY_HAVE_LETTER = (
    Account.state.in_([str(state) for state in allowed_from(Act.PRINT_LETTER)]) & Account.present
)

_due = (
    select(
        Account.id,
        Account.person_id,
        Person.kind,
        Person.first_name,
        func.coalesce(Person.usage_name, Person.family_name).label("family_name"),
        Account.username,
        Person.civility,
        Person.address,
        Person.postal_code,
        Person.city,
    )
    .join(Person, Person.id == Account.person_id)
    .where(_MAY_HAVE_LETTER)
    .order_by(Account.id)
)
_own_class = (
    select(Enrolment.pupil_id, Enrolment.class_code, School.name.label("school"))
    .join(School, School.id == Enrolment.school_id)
    .where(Enrolment.until.is_(None))
    .order_by(Enrolment.since.desc(), Enrolment.id)
)
_children = (
    select(
        Guardianship.guardian_id,
        Person.first_name,
        func.coalesce(Person.usage_name, Person.family_name).label("family_name"),
        Enrolment.class_code,
        School.name.label("school"),
    )
    .join(Person, Person.id == Guardianship.pupil_id)
    .join(Enrolment, Enrolment.pupil_id == Guardianship.pupil_id)
    .join(School, School.id == Enrolment.school_id)
    .where(
        Guardianship.until.is_(None),
        Guardianship.guardian_id != Guardianship.pupil_id,
        Enrolment.until.is_(None),
    )
    .order_by(Person.birth_date, Person.first_name, Person.id, School.name)
)
_note = (
    update(Account)
    .where(
        Account.id == bindparam("account"),
        _MAY_HAVE_LETTER,
        or_(
            Account.state != str(State.NOTIFIED),
            bindparam("ends", type_=BigInteger).is_(None),
            Account.letter_expires_at <= bindparam("ends", type_=BigInteger),
        ),
    )
    .values(
        state=str(leads_to(Act.PRINT_LETTER)),
        provisional_digest=bindparam("digest"),
        letter_expires_at=bindparam("expires"),
        **NEXT_GENERATION,
    )
)


def due(connection: Connection, accounts: Sequence[int], school: int | None) -> list[Addressee]:
    """Addressees among `accounts` that may have a letter. `school`: of which classes and children are named; None: every school."""
    rows = [
        row for piece in chunks(accounts) for row in connection.execute(_due.where(Account.id.in_(piece)))
    ]
    persons = [row.person_id for row in rows]
    own: dict[int, Any] = {}
    for row in select_in(connection, _in_school(_own_class, school), Enrolment.pupil_id, persons):
        own.setdefault(row.pupil_id, row)
    children: dict[int, list[LetterChild]] = defaultdict(list)
    for row in select_in(connection, _in_school(_children, school), Guardianship.guardian_id, persons):
        child = LetterChild(row.first_name, row.family_name, row.class_code, row.school)
        children[row.guardian_id].append(child)
    return [
        Addressee(
            row.id,
            row.kind,
            row.first_name,
            row.family_name,
            row.username,
            row.civility,
            own[row.person_id].class_code if row.person_id in own else None,
            tuple(children[row.person_id]) if row.kind == "guardian" else (),
            row.address,
            row.postal_code,
            row.city,
        )
        for row in rows
    ]


def _in_school(statement: Any, school: int | None) -> Any:
    return statement if school is None else statement.where(Enrolment.school_id == school)


def note(
    tx: Connection, digests: Sequence[tuple[int, str | None]], expires: int, ends: int | None = None
) -> set[int]:
    """Store the keyed digest of each account's printed password, valid until `expires`; the changed accounts.

    `ends`: a valid letter that expires later was issued meanwhile, and stays.
    """
    return {
        account
        for account, digest in digests
        if tx.execute(
            _note, {"account": account, "digest": digest, "expires": expires, "ends": ends}
        ).rowcount
    }


def families(connection: Connection, school: int) -> list[ClassMember]:
    """Present pupils of a school and their guardians, once for each class."""
    columns = (
        Account.id,
        Person.kind,
        Enrolment.class_code,
        Person.contact_mail,
        Account.state,
        Account.letter_expires_at,
    )
    inside = [Account.present, Enrolment.school_id == school, Enrolment.until.is_(None)]
    pupils = (
        select(*columns)
        .join(Person, Person.id == Account.person_id)
        .join(Enrolment, Enrolment.pupil_id == Person.id)
        .where(*inside)
    )
    guardians = (
        select(*columns)
        .join(Person, Person.id == Account.person_id)
        .join(Guardianship, Guardianship.guardian_id == Person.id)
        .join(Enrolment, Enrolment.pupil_id == Guardianship.pupil_id)
        .where(*inside, Guardianship.until.is_(None), Guardianship.guardian_id != Guardianship.pupil_id)
        .distinct()
    )
    rows = [*connection.execute(pupils), *connection.execute(guardians)]
    return sorted((ClassMember(*row) for row in rows), key=lambda member: member.account)


def contact_mails(connection: Connection, accounts: Sequence[int]) -> list[tuple[int, str]]:
    """(account, address in the school's base) of accounts with an address."""
    statement = (
        select(Account.id, Person.contact_mail)
        .join(Person, Person.id == Account.person_id)
        .where(Person.contact_mail.is_not(None))
    )
    rows = (
        row
        for piece in chunks(accounts)
        for row in connection.execute(statement.where(Account.id.in_(piece)))
    )
    return [(row[0], row[1]) for row in rows]
