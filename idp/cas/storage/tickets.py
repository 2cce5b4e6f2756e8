"""Statements on tickets. The use of a ticket is one conditional UPDATE whose row count decides."""

from typing import Any

from sqlalchemy import Connection, and_, bindparam, insert, select, update

from idp.cas.storage.tables import Ticket
from idp.database.expired import delete_expired, run
from idp.durations import DAY
from idp.people.storage.accounts import FACT_COLUMNS
from idp.people.storage.tables import Account, Person
from idp.signin.storage.tables import Session

_holder_may = and_(
    Ticket.generation == Account.credentials_generation,
    Account.present.is_(True),
    Account.state == "active",
    Session.ended_at.is_(None),
)
"""The session has not ended, and the account may sign in with the same credentials as then."""

_add = insert(Ticket)
_use = (
    update(Ticket)
    .where(Ticket.digest == bindparam("ticket"), Ticket.used_at.is_(None), Ticket.kind != "PGT")
    .values(used_at=bindparam("moment"))
)
_find = (
    select(
        Ticket.kind.label("ticket_kind"),
        Ticket.service_id,
        Ticket.sid,
        Ticket.url,
        Ticket.proxies,
        Ticket.auth_time,
        Ticket.is_new_login,
        Ticket.generation,
        Ticket.expires_at,
        _holder_may.label("holder_may"),
        *FACT_COLUMNS,
    )
    .select_from(Ticket)
    .join(Account, Account.id == Ticket.account_id)
    .join(Person, Person.id == Account.person_id)
    .join(Session, Session.sid == Ticket.sid)
    .where(Ticket.digest == bindparam("ticket"))
)
_expired = delete_expired(Ticket.digest, Ticket.expires_at)


def add(tx: Connection, row: dict[str, Any]) -> None:
    tx.execute(_add, row)


def use(tx: Connection, digest: str, now: int) -> bool:
    """Use a service or proxy ticket. True for one caller alone, whatever the outcome of the validation."""
    return tx.execute(_use, {"ticket": digest, "moment": now}).rowcount == 1


def find(connection: Connection, digest: str) -> Any | None:
    """A ticket with FACT_COLUMNS of its account and `holder_may`; None if it is unknown, or its session was purged."""
    return connection.execute(_find, {"ticket": digest}).one_or_none()


def purge(tx: Connection, now: int, most: int = 500) -> int:
    """Delete a batch of tickets that have expired for a day: until then a second use is known as one. Returns the number of rows."""
    return run(tx, _expired, now - DAY, most)
