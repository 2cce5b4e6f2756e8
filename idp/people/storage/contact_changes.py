"""Statements on replaced contacts: the previous value, for delayed recovery and for objections."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select

from idp.database.expired import delete_expired, run
from idp.people.storage.tables import ContactChange


@dataclass(frozen=True, slots=True)
class Replaced:
    """The value of a contact until `changed_at` (epoch seconds). `contact` is "mail" or "mobile"."""

    contact: str
    previous: str | None
    previous_since: int | None
    changed_at: int


_note = insert(ContactChange)
_expired = delete_expired(ContactChange.id, ContactChange.forget_at)
_since = (
    select(
        ContactChange.contact,
        ContactChange.previous,
        ContactChange.previous_since,
        ContactChange.changed_at,
    )
    .where(ContactChange.account_id == bindparam("account"), ContactChange.changed_at > bindparam("moment"))
    .order_by(ContactChange.changed_at.desc(), ContactChange.id.desc())
)
_forget = delete(ContactChange).where(ContactChange.account_id == bindparam("account"))


def note(tx: Connection, account: int, replaced: Replaced, forget_at: int) -> None:
    """Store the previous value of a contact until `forget_at`."""
    row = {
        "account_id": account,
        "contact": replaced.contact,
        "previous": replaced.previous,
        "previous_since": replaced.previous_since,
        "changed_at": replaced.changed_at,
        "forget_at": forget_at,
    }
    tx.execute(_note, row)


def contacts_at(connection: Connection, account: int, moment: int) -> dict[str, Replaced]:
    """The contacts of the account at `moment`, of those that were replaced later."""
    changes = (Replaced(*row) for row in connection.execute(_since, {"account": account, "moment": moment}))
    return {change.contact: change for change in changes}


def forget(tx: Connection, account: int) -> None:
    """Delete the changes of an account: its previous contacts are restored."""
    tx.execute(_forget, {"account": account})


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch of changes whose objection period is over; the number of deleted rows."""
    return run(tx, _expired, now, most)
