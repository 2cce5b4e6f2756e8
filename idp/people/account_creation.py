"""Create accounts for new persons, within the transaction that adds the persons."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from idp.database.engine import Connection
from idp.people.rules.accounts import State
from idp.people.rules.usernames import allot_usernames, username_stem
from idp.people.storage import account_creation as storage


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person without an account, with the names for the username."""

    person: int
    first_name: str
    family_name: str


def lock_creation(tx: Connection) -> None:
    """Serialise account creation: concurrent transactions could create duplicate persons or usernames."""
    storage.lock_creation(tx)


def create_accounts(tx: Connection, newcomers: Sequence[Newcomer], now: int) -> None:
    """Create an account in the state `created` for each newcomer, with a username that was never used.

    Homonyms are numbered in the order of `newcomers`. Call `lock_creation` first, before persons are compared.
    """
    stems = [username_stem(newcomer.first_name, newcomer.family_name) for newcomer in newcomers]
    usernames = _allot(tx, stems)
    rows = [
        {
            "person_id": newcomer.person,
            "username": username,
            "subject": secrets.token_hex(16),
            "state": str(State.CREATED),
            "present": True,
            "created_at": now,
        }
        for newcomer, username in zip(newcomers, usernames, strict=True)
    ]
    storage.add_accounts(tx, rows)


def _allot(tx: Connection, stems: Sequence[str]) -> list[str]:
    last_numbers = storage.last_numbers(tx, set(stems))
    used_usernames: set[str] = set()
    while True:
        usernames, last = allot_usernames(stems, last_numbers, used_usernames)
        # Counted usernames are free by construction; a username that was not counted is skipped.
        collisions = storage.taken(tx, set(usernames))
        if not collisions:
            storage.store_numbers(tx, last)
            return usernames
        used_usernames |= collisions
