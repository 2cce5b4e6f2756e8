"""Statements of activation letters."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, bindparam, exists, func, or_, select, update

from idp.people.rules.accounts import Act, State, allowed_from, leads_to
from idp.people.storage.pieces import pieces
from idp.people.storage.tables import (
    Account,
    Enrolment,
    Guardianship,
    Person,
    School,
    StaffPost,
)

_MAY_HAVE_ONE = Account.state.in_([str(state) for state in allowed_from(Act.PRINT_LETTER)]) & Account.present

_awaiting = (
    select(Account.id)
    .join(School, School.uai == bindparam("uai"))
    .where(
        _MAY_HAVE_ONE,
        or_(
            Account.state != str(State.NOTIFIED),
            Account.letter_expires_at <= bindparam("moment"),
        ),
        or_(
            *(
                exists().where(
                    and_(column == Account.person_id, table.school_id == School.id, table.until.is_(None))
                )
                for table, column in (
                    (Enrolment, Enrolment.pupil_id),
                    (Guardianship, Guardianship.guardian_id),
                    (StaffPost, StaffPost.person_id),
                )
            )
        ),
    )
    .order_by(Account.id)
)
_class_of = (
    select(func.min(Enrolment.class_code))
    .where(
        Enrolment.until.is_(None),
        or_(
            Enrolment.pupil_id == Person.id,
            Enrolment.pupil_id.in_(
                select(Guardianship.pupil_id).where(
                    Guardianship.guardian_id == Person.id, Guardianship.until.is_(None)
                )
            ),
        ),
    )
    .correlate(Person)
    .scalar_subquery()
)
_due = (
    select(
        Account.id,
        Person.kind,
        Person.first_name,
        Person.usage_name,
        Person.family_name,
        Account.username,
        Person.civility,
        _class_of.label("class_code"),
    )
    .join(Person, Person.id == Account.person_id)
    .where(_MAY_HAVE_ONE)
    .order_by(Account.id)
)
_note = (
    update(Account)
    .where(Account.id == bindparam("account"), _MAY_HAVE_ONE)
    .values(
        state=str(leads_to(Act.PRINT_LETTER)),
        provisional_digest=bindparam("digest"),
        letter_expires_at=bindparam("expires"),
    )
)


def awaiting(connection: Connection, uai: str, now: int) -> list[int]:
    """Accounts of the school without a living letter."""
    return list(connection.execute(_awaiting, {"uai": uai, "moment": now}).scalars())


def due(
    connection: Connection, accounts: Sequence[int]
) -> list[tuple[int, str, str, str, str, str | None, str | None]]:
    """Id, kind, first name, surname, username, civility and class of those of `accounts` that may have a letter."""
    found = (
        row for piece in pieces(accounts) for row in connection.execute(_due.where(Account.id.in_(piece)))
    )
    return [
        (
            row.id,
            row.kind,
            row.first_name,
            row.usage_name or row.family_name,
            row.username,
            row.civility,
            row.class_code,
        )
        for row in found
    ]


def note(tx: Connection, digests: Sequence[tuple[int, str | None]], expires: int) -> set[int]:
    """Each account's keyed digest of the password that was printed, until `expires`; those that took it."""
    return {
        account
        for account, digest in digests
        if tx.execute(_note, {"account": account, "digest": digest, "expires": expires}).rowcount
    }


def waiting_by_class(
    connection: Connection, school: int, now: int, again: bool
) -> list[tuple[int, str, str | None, str | None]]:
    """(account, kind, class, contact mail) of the families of a school who may have a letter; a guardian stands with
    the first class of their children. `again`: those whose letter still lives, too."""
    alive = or_(Account.state != str(State.NOTIFIED), Account.letter_expires_at <= now)
    common = [_MAY_HAVE_ONE, Enrolment.school_id == school, Enrolment.until.is_(None)]
    if not again:
        common.append(alive)
    pupils = (
        select(Account.id, Person.kind, Enrolment.class_code, Person.contact_mail)
        .join(Person, Person.id == Account.person_id)
        .join(Enrolment, Enrolment.pupil_id == Person.id)
        .where(*common)
    )
    guardians = (
        select(Account.id, Person.kind, func.min(Enrolment.class_code), Person.contact_mail)
        .join(Person, Person.id == Account.person_id)
        .join(Guardianship, Guardianship.guardian_id == Person.id)
        .join(Enrolment, Enrolment.pupil_id == Guardianship.pupil_id)
        .where(*common, Guardianship.until.is_(None), Guardianship.guardian_id != Guardianship.pupil_id)
        .group_by(Account.id, Person.kind, Person.contact_mail)
    )
    rows = [*connection.execute(pupils), *connection.execute(guardians)]
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def contact_mails(connection: Connection, accounts: Sequence[int]) -> list[tuple[int, str]]:
    """(account, the address that the school's base holds) of those who have one."""
    statement = (
        select(Account.id, Person.contact_mail)
        .join(Person, Person.id == Account.person_id)
        .where(Person.contact_mail.is_not(None))
    )
    found = (
        row
        for piece in pieces(accounts)
        for row in connection.execute(statement.where(Account.id.in_(piece)))
    )
    return [(row[0], row[1]) for row in found]
