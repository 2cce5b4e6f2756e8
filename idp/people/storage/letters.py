"""Statements of activation letters."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, bindparam, exists, or_, select, update

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
_due = (
    select(
        Account.id, Person.kind, Person.first_name, Person.usage_name, Person.family_name, Account.username
    )
    .join(Person, Person.id == Account.person_id)
    .where(_MAY_HAVE_ONE)
    .order_by(Account.id)
    .with_for_update(of=Account)
)
_note = (
    update(Account)
    .where(Account.id == bindparam("account"))
    .values(
        state=str(leads_to(Act.PRINT_LETTER)),
        provisional_digest=bindparam("digest"),
        letter_expires_at=bindparam("expires"),
    )
)


def awaiting(connection: Connection, uai: str, now: int) -> list[int]:
    """Accounts of the school without a living letter."""
    return list(connection.execute(_awaiting, {"uai": uai, "moment": now}).scalars())


def due(tx: Connection, accounts: Sequence[int]) -> list[tuple[int, str, str, str, str]]:
    """Id, kind, first name, surname and username of those of `accounts` that may have a letter; held until commit."""
    found = (row for piece in pieces(accounts) for row in tx.execute(_due.where(Account.id.in_(piece))))
    return [
        (row.id, row.kind, row.first_name, row.usage_name or row.family_name, row.username) for row in found
    ]


def note(tx: Connection, digests: Sequence[tuple[int, str]], expires: int) -> None:
    """Each account's keyed digest of the password that was printed, until `expires`."""
    if digests:
        rows = [{"account": account, "digest": digest, "expires": expires} for account, digest in digests]
        tx.execute(_note, rows)
