"""Activation letters: a sheet per person with username and provisional password."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sqlalchemy import Connection

from idp import audit
from idp.context import settings
from idp.database import reading, transaction
from idp.people.provisional import new_provisional_password, provisional_digest
from idp.people.rules.accounts import PROFILES
from idp.people.storage import letters as storage

DAY = 86400
_CIVILITIES = {"MME": "Mme", "MLLE": "Mme", "M": "M.", "M.": "M."}
"""SIECLE's capitals, as they are written on an envelope."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is printed. `kind` is "guardian", "pupil" or "staff"."""

    account: int
    kind: str
    first_name: str
    family_name: str
    username: str
    password: str = field(repr=False)
    civility: str | None = None
    class_code: str | None = None

    @property
    def addressee(self) -> str:
        """The name on the envelope."""
        civility = _CIVILITIES.get((self.civility or "").upper(), self.civility)
        return " ".join(part for part in (civility, self.first_name, self.family_name) if part)

    @property
    def address(self) -> str:
        """Where its QR code leads: the sign-in page with profile and username filled in."""
        query = urlencode({"profil": PROFILES[self.kind], "identifiant": self.username})
        return f"{settings().server.issuer}/start?{query}"

    @property
    def qr_code(self) -> str:
        """The address as an SVG image, for printing."""
        import segno

        return str(segno.make(self.address, micro=False, error="m").svg_inline(border=4))


def awaiting_letter(uai: str, now: int) -> list[int]:
    """Accounts of a school's pupils, guardians and staff who have no letter, or one that has died."""
    return storage.awaiting(reading(), uai, now)


def issue_letters(accounts: Sequence[int], now: int, actor: str) -> list[Letter]:
    """Give provisional passwords, which are seen here and never again. An earlier letter of the account dies.

    Accounts that are absent, closed, or whose password was chosen already get none.
    """
    letters = written(accounts)
    with transaction() as tx:
        kept = note_in(tx, letters, now, actor)
    return [letter for letter in letters if letter.account in kept]


def written(accounts: Sequence[int]) -> list[Letter]:
    """Letters with new passwords that open nothing until `note_in`."""
    length = settings().passwords.provisional_length
    return [
        Letter(*row[:5], new_provisional_password(length), *row[5:])
        for row in storage.due(reading(), accounts)
    ]


def note_in(tx: Connection, letters: Sequence[Letter], now: int, actor: str) -> set[int]:
    """Make these letters' passwords open their accounts; those that still may have one."""
    digests = [(letter.account, provisional_digest(letter.password)) for letter in letters]
    kept = storage.note(tx, digests, now + settings().passwords.letter_days * DAY)
    for account in sorted(kept):
        audit.record(tx, now, "letter.issued", actor, f"account:{account}")
    return kept


def await_link_in(tx: Connection, account: int, now: int, actor: str) -> bool:
    """The account's codes leave by mail as a personal link: no password is made, an earlier letter dies."""
    if not storage.note(tx, [(account, None)], now + settings().passwords.letter_days * DAY):
        return False
    audit.record(tx, now, "letter.mailed", actor, f"account:{account}")
    return True


def expiry(now: int) -> int:
    """When a letter that is printed now dies, epoch seconds."""
    return now + settings().passwords.letter_days * DAY
