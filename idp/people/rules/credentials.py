"""Usernames and passwords: how a username is made and read, and what a chosen password must be."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

LETTERS = "abcdefghijkmnpqrstuvwxyz"
CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = "23456789"
UNMISTAKABLE = LETTERS + CAPITALS + DIGITS
"""No 0/O and no 1/I/l: a letter is read by people in a hurry."""

_LIGATURES = str.maketrans(
    {
        "œ": "oe",
        "Œ": "oe",
        "æ": "ae",
        "Æ": "ae",
        "ß": "ss",
        "ø": "o",
        "Ø": "o",
        "ł": "l",
        "Ł": "l",
        "đ": "d",
        "Đ": "d",
    }
)
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)


def plain(text: str) -> str:
    """Lower-case letters and digits alone: no accent, space, hyphen or apostrophe."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES)).casefold()
    return "".join(character for character in decomposed if character.isascii() and character.isalnum())


def username_stem(first_name: str, family_name: str) -> str:
    """First initial, dot, surname: `p.nom`. Homonyms get a number after it."""
    initial, surname = plain(first_name)[:1] or "x", plain(family_name)[:60] or "x"
    return f"{initial}.{surname}"


def numbered(stem: str, number: int) -> str:
    """The username of the `number`-th homonym: `e.durand`, `e.durand2`, `e.durand3`."""
    return stem if number == 1 else f"{stem}{number}"


def normalise_username(typed: str) -> str:
    """The username that was meant: any case, stray spaces, accents or full-width forms are forgiven."""
    decomposed = unicodedata.normalize("NFKD", typed.translate(_LIGATURES)).casefold()
    return "".join(c for c in decomposed if c.isascii() and (c.isalnum() or c in ".-_"))


def provisional_password(length: int, choose: Callable[[str], str]) -> str:
    """`length` characters without look-alikes, with a small letter, a capital and a digit; `choose` picks at random."""
    while True:
        password = "".join(choose(UNMISTAKABLE) for _ in range(length))
        if all(any(character in kind for character in password) for kind in (LETTERS, CAPITALS, DIGITS)):
            return password


@dataclass(frozen=True)
class PasswordPolicy:
    """`length`: least characters, with 3 classes of 4; from `passphrase` characters on (None: never) classes are not asked."""

    length: int
    passphrase: int | None


@dataclass(frozen=True)
class PasswordContext:
    """What a password must not hold. `birth_date` is ISO or None; `words` are names, class, school."""

    username: str
    words: tuple[str, ...] = ()
    birth_date: str | None = None


RULES = ("length", "classes", "personal", "birth_date", "common")
"""The order in which a page shows them."""


def check_password(
    password: str, policy: PasswordPolicy, context: PasswordContext, common: frozenset[str]
) -> list[tuple[str, bool]]:
    """Each rule's code with whether `password` keeps it."""
    folded = plain(password)
    long_enough = len(password) >= policy.length
    passphrase = policy.passphrase is not None and len(password) >= policy.passphrase
    return [
        ("length", long_enough),
        ("classes", passphrase or classes(password) >= 3),
        ("personal", not any(word in folded for word in _personal(context))),
        ("birth_date", not any(writing in folded for writing in _birth_dates(context.birth_date))),
        ("common", bool(password) and not is_common(password, common)),
    ]


def classes(password: str) -> int:
    """How many of small letters, capitals, digits and other characters there are."""
    kinds = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    return sum(any(kind(character) for character in password) for kind in kinds)


def is_common(password: str, common: frozenset[str]) -> bool:
    """A known common password, one with a year or a few digits hung on, one character repeated, or a keyboard run."""
    folded = plain(password)
    core = re.sub(r"(^\d{1,4}|\d{1,4}$)", "", folded)
    if folded in common or (core in common and len(core) >= len(folded) - 4):
        return True
    if len(set(folded)) <= 2:
        return True
    return any(len(folded) >= 6 and (folded in run * 2 or folded in run[::-1] * 2) for run in _RUNS)


def _personal(context: PasswordContext) -> set[str]:
    words = {plain(context.username), plain(context.username.partition(".")[2])}
    for word in context.words:
        words.add(plain(word))
        words.update(plain(part) for part in re.split(r"[\s'’-]+", word))
    return {word for word in words if len(word) >= 4}


def _birth_dates(birth_date: str | None) -> set[str]:
    if birth_date is None:
        return set()
    year, month, day = birth_date.split("-")
    return {
        f"{day}{month}{year}",
        f"{day}{month}{year[2:]}",
        f"{year}{month}{day}",
        f"{year[2:]}{month}{day}",
        f"{month}{day}{year}",
        f"{int(day)}{int(month)}{year}",
    }
