"""Opening accounts for persons who have just been added, within the act that added them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from idp.people.rules.accounts import State
from idp.people.rules.credentials import allot_usernames, username_stem
from idp.people.storage import opening as storage


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person without an account, and the names that make the username."""

    person: int
    first_name: str
    family_name: str


def take_turn(tx: Connection) -> None:
    """Wait until no other transaction opens accounts: two at once could make two persons, or usernames, of one."""
    storage.take_turn(tx)


def open_accounts(tx: Connection, newcomers: Sequence[Newcomer], now: int) -> None:
    """Give each an account in the state `created`, with a username that nobody has or ever had.

    Homonyms are numbered in the order of `newcomers`. Call `take_turn` first, before the persons are compared.
    """
    stems = [username_stem(one.first_name, one.family_name) for one in newcomers]
    usernames = _allot(tx, stems)
    rows = [
        {
            "person_id": one.person,
            "username": username,
            "subject": secrets.token_hex(16),
            "state": str(State.CREATED),
            "credentials_since": now,
            "present": True,
            "created_at": now,
        }
        for one, username in zip(newcomers, usernames, strict=True)
    ]
    storage.add_accounts(tx, rows)


def _allot(tx: Connection, stems: Sequence[str]) -> list[str]:
    given = storage.last_numbers(tx, set(stems))
    taken: set[str] = set()
    while True:
        usernames, last = allot_usernames(stems, given, taken)
        # Counted usernames are free by construction; one that came by another way is passed over.
        collisions = storage.taken(tx, set(usernames))
        if not collisions:
            storage.keep_numbers(tx, last)
            return usernames
        taken |= collisions
