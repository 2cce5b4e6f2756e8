"""Family data that recovery reads: the names of accounts, and a guardian's children."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, update

from idp.people.storage.tables import Account, Guardianship, Person
from idp.recovery.rules.proofs import Child

_names = (
    select(Account.id, Person.first_name, Person.family_name, Person.usage_name)
    .join(Person, Person.id == Account.person_id)
    .where(Account.id.in_(bindparam("accounts", expanding=True)))
)
_children = (
    select(Person.id, Person.first_name, Person.birth_date)
    .join(Guardianship, Guardianship.pupil_id == Person.id)
    .where(
        Guardianship.guardian_id == bindparam("guardian"),
        Guardianship.until.is_(None),
        Guardianship.disputed_at.is_(None),
    )
    .order_by(Person.birth_date, Person.first_name)
)
_birth_dates = (
    select(Account.id, Person.birth_date)
    .join(Guardianship, Guardianship.guardian_id == Account.person_id)
    .join(Person, Person.id == Guardianship.pupil_id)
    .where(
        Account.id.in_(bindparam("accounts", expanding=True)),
        Guardianship.until.is_(None),
        Guardianship.disputed_at.is_(None),
        Person.birth_date.is_not(None),
    )
)
_dispute = (
    update(Guardianship)
    .where(
        Guardianship.guardian_id == bindparam("guardian"),
        Guardianship.pupil_id == bindparam("pupil"),
        Guardianship.until.is_(None),
        Guardianship.disputed_at.is_(None),
    )
    .values(disputed_at=bindparam("moment"))
)


def names_of(connection: Connection, accounts: Sequence[int]) -> dict[int, tuple[str, tuple[str, ...]]]:
    """Account → (first name, surnames)."""
    rows = connection.execute(_names, {"accounts": list(accounts)})
    return {row[0]: (row[1], tuple(name for name in row[2:] if name)) for row in rows}


def children_of(connection: Connection, guardian: int) -> tuple[Child, ...]:
    """The children of a guardian (a person's id), without denied ones, the eldest first."""
    return tuple(
        Child(row[0], row[1], row[2]) for row in connection.execute(_children, {"guardian": guardian})
    )


def birth_dates_of(connection: Connection, accounts: Sequence[int]) -> dict[int, frozenset[str]]:
    """Account → birth dates (ISO) of the guardian's children, without denied ones."""
    birth_dates: dict[int, set[str]] = {account: set() for account in accounts}
    for account, date in connection.execute(_birth_dates, {"accounts": list(accounts)}):
        birth_dates[account].add(date)
    return {account: frozenset(dates) for account, dates in birth_dates.items()}


def dispute(tx: Connection, guardian: int, pupil: int, now: int) -> bool:
    """Flag a link as denied by the guardian. The school decides."""
    return tx.execute(_dispute, {"guardian": guardian, "pupil": pupil, "moment": now}).rowcount == 1
