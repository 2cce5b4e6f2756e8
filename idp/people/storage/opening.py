"""Statements of new accounts and their usernames."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, text

from idp.people.storage.pieces import select_in
from idp.people.storage.tables import Account, UsernameCounter
from idp.people.storage.upserts import upsert

ONE_AT_A_TIME = 20_100_223
"""The number of PostgreSQL's advisory lock. SQLite has one writer anyway."""

_counters = select(UsernameCounter.stem, UsernameCounter.last)
_usernames = select(Account.username)


def take_turn(tx: Connection) -> None:
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ONE_AT_A_TIME})


def last_numbers(tx: Connection, stems: Collection[str]) -> dict[str, int]:
    """The last homonym number given for each stem that has one."""
    return {row.stem: row.last for row in select_in(tx, _counters, UsernameCounter.stem, stems)}


def taken(tx: Connection, usernames: Collection[str]) -> set[str]:
    """Those of `usernames` that somebody has."""
    return {row.username for row in select_in(tx, _usernames, Account.username, usernames)}


def keep_numbers(tx: Connection, numbers: Mapping[str, int]) -> None:
    upsert(tx, UsernameCounter, ("stem",), [{"stem": s, "last": n} for s, n in numbers.items()])


def add_accounts(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        tx.execute(insert(Account), list(rows))
