"""Issue activation letters: a username and a provisional password for each person."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from idp import deferred
from idp.audit import trail
from idp.database.engine import Connection, reading, transaction
from idp.durations import DAY
from idp.letters.rules.runs import LetterChild
from idp.letters.storage import letters as storage
from idp.letters.storage.letters import Addressee
from idp.passwords.provisional import new_provisional_password, provisional_digest
from idp.people.rules.accounts import PROFILES
from idp.runtime.context import settings
from idp.schools import appearance

if TYPE_CHECKING:
    import segno
else:
    segno = deferred.module("segno")

_CIVILITIES = {"MME": "Mme", "MLLE": "Mme", "M": "M.", "M.": "M."}
"""SIECLE's civility → its form on an envelope."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to be printed. `kind` is "guardian", "pupil" or "staff". `class_code` is a pupil's, `children` a guardian's.

    `street` (lines), `postal_code` and `city`: the postal address in the school's base. `uai`: the school that prints it, whose
    brand and note the page of the QR code shows.
    """

    account: int
    kind: str
    first_name: str
    family_name: str
    username: str
    password: str = field(repr=False)
    civility: str | None = None
    class_code: str | None = None
    children: tuple[LetterChild, ...] = ()
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    uai: str | None = None

    @property
    def addressee(self) -> str:
        """The name on the envelope."""
        civility = _CIVILITIES.get((self.civility or "").upper(), self.civility)
        return " ".join(part for part in (civility, self.first_name, self.family_name) if part)

    @property
    def address(self) -> str:
        """The URL of the QR code: the sign-in page with profile and username filled in."""
        query = {"profil": PROFILES[self.kind], "identifiant": self.username}
        if self.uai:
            query["etab"] = self.uai
        return f"{settings().server.issuer}/start?{urlencode(query)}"

    @property
    def typed_address(self) -> str:
        """The URL of the same page as it is printed to be typed, without the username."""
        return f"{settings().server.issuer.removeprefix('https://')}/start/{PROFILES[self.kind]}"

    @property
    def qr_code(self) -> str:
        """The address as an SVG image without a quiet zone: the paper around it is white."""
        image = io.BytesIO()
        code = segno.make(self.address, micro=False, error="m")
        code.save(image, kind="svg", xmldecl=False, border=0, omitsize=True)
        return image.getvalue().decode()


def issue_letters(accounts: Sequence[int], now: int, actor: str, school: int | None = None) -> list[Letter]:
    """Issue letters with new provisional passwords, which are returned here only. An earlier letter of an account ends.

    Accounts that are absent or closed, or have a chosen password, get no letter. `school`: the letters name classes and
    children of this school; None: of every school.
    """
    letters = draft_letters(accounts, school)
    with transaction() as tx:
        issued = issue_in(tx, letters, now, actor)
    return [letter for letter in letters if letter.account in issued]


def draft_letters(accounts: Sequence[int], school: int | None) -> list[Letter]:
    """Letters with new passwords, which are not valid until `issue_in`."""
    length = settings().passwords.provisional_length
    return [
        _letter(addressee, new_provisional_password(length), school)
        for addressee in storage.due(reading(), accounts, school)
    ]


def letter_in(tx: Connection, account: int, password: str, school: int | None) -> Letter:
    """The letter of an account whose password was reset within `tx`."""
    (addressee,) = storage.due(tx, [account], school)
    return _letter(addressee, password, school)


def _letter(addressee: Addressee, password: str, school: int | None) -> Letter:
    return Letter(
        addressee.account,
        addressee.kind,
        addressee.first_name,
        addressee.family_name,
        addressee.username,
        password,
        addressee.civility,
        addressee.class_code,
        addressee.children,
        addressee.street,
        addressee.postal_code,
        addressee.city,
        appearance.every().uais.get(school) if school else None,
    )


def issue_in(
    tx: Connection, letters: Sequence[Letter], now: int, actor: str, ends: int | None = None
) -> set[int]:
    """Make the passwords of these letters valid; the accounts whose letter was issued.

    `ends`: a valid letter that expires later stays, because it was printed after these letters were requested.
    """
    digests = [(letter.account, provisional_digest(letter.password)) for letter in letters]
    issued = storage.note(tx, digests, expiry(now), ends)
    for account in sorted(issued):
        trail.record(tx, now, "letter.issued", actor, f"account:{account}")
    return issued


def await_link_in(tx: Connection, account: int, now: int, actor: str, ends: int | None = None) -> bool:
    """Note that the account is activated by a mailed link: no password is created, an earlier letter ends. Whether it may be."""
    if not storage.note(tx, [(account, None)], expiry(now), ends):
        return False
    trail.record(tx, now, "letter.mailed", actor, f"account:{account}")
    return True


def expiry(now: int) -> int:
    """Expiry of a letter that is printed at `now`, epoch seconds."""
    return now + settings().passwords.letter_days * DAY
