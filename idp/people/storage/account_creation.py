"""Statements on new accounts and their usernames."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, text

from idp.database.chunks import select_in
from idp.database.upserts import upsert
from idp.people.storage.tables import Account, UsernameCounter

ONE_AT_A_TIME = 20_100_223
"""Number of the PostgreSQL advisory lock. SQLite has a single writer."""

_counters = select(UsernameCounter.stem, UsernameCounter.last)
_usernames = select(Account.username)


def lock_creation(tx: Connection) -> None:
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ONE_AT_A_TIME})


def last_numbers(tx: Connection, stems: Collection[str]) -> dict[str, int]:
    """The last homonym number of each stem that has a counter."""
    return {row.stem: row.last for row in select_in(tx, _counters, UsernameCounter.stem, stems)}


def taken(tx: Connection, usernames: Collection[str]) -> set[str]:
    """Those of `usernames` that exist."""
    return {row.username for row in select_in(tx, _usernames, Account.username, usernames)}


def store_numbers(tx: Connection, numbers: Mapping[str, int]) -> None:
    upsert(tx, UsernameCounter, ("stem",), [{"stem": s, "last": n} for s, n in numbers.items()])


def add_accounts(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        tx.execute(insert(Account), list(rows))
