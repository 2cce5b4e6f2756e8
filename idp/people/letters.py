"""Activation letters: a sheet per person with username and provisional password."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from idp import audit
from idp.context import settings
from idp.database import reading, transaction
from idp.people.provisional import new_provisional_password, provisional_digest
from idp.people.rules.accounts import PROFILES
from idp.people.storage import letters as storage

DAY = 86400


@dataclass(frozen=True, slots=True)
class Letter:
    """What is printed. `kind` is "guardian", "pupil" or "staff"."""

    account: int
    kind: str
    first_name: str
    family_name: str
    username: str
    password: str = field(repr=False)

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
    given = settings().passwords
    with transaction() as tx:
        letters = [
            Letter(*row, new_provisional_password(given.provisional_length))
            for row in storage.due(tx, accounts)
        ]
        digests = [(letter.account, provisional_digest(letter.password)) for letter in letters]
        storage.note(tx, digests, now + given.letter_days * DAY)
        for letter in letters:
            audit.record(tx, now, "letter.issued", actor, f"account:{letter.account}")
    return letters
