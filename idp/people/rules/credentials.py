"""Usernames and passwords: how a username is made and read, and what a chosen password must be."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

LETTERS = "abcdefghijkmnpqrstuvwxyz"
CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = "23456789"
UNMISTAKABLE = LETTERS + CAPITALS + DIGITS
"""No 0/O and no 1/I/l: a letter is read by people in a hurry."""

LONGEST_PASSWORD = 1024
"""Characters beyond which a password is refused: it is read no further when a person signs in."""

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
        "ð": "d",
        "Ð": "d",
        "þ": "th",
        "Þ": "th",
        "ı": "i",
    }
)
_DISGUISES = str.maketrans("@4301!$57€", "aaeoiisste")
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
_PARTICLES = frozenset(
    {"de", "du", "des", "la", "le", "les", "d", "l", "el", "et", "van", "von", "da", "dos", "ben"}
)
_MONTHS = (
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
)


def plain(text: str) -> str:
    """Lower-case letters and digits alone: no accent, space, hyphen or apostrophe."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES)).casefold()
    return "".join(character for character in decomposed if character.isascii() and character.isalnum())


def username_stem(first_name: str, family_name: str) -> str:
    """First initial, dot, surname: `p.nom`. It holds letters alone, so that no stem is another's homonym."""
    initial, surname = _letters(first_name)[:1] or "x", _letters(family_name)[:60] or "x"
    return f"{initial}.{surname}"


def numbered(stem: str, number: int) -> str:
    """The username of the `number`-th homonym: `e.durand`, `e.durand2`, `e.durand3`."""
    return stem if number == 1 else f"{stem}{number}"


def allot_usernames(
    stems: Sequence[str], given: Mapping[str, int], taken: Collection[str]
) -> tuple[list[str], dict[str, int]]:
    """A username for each of `stems`, in their order, and the last number that is now given for each stem.

    `given` is the last number ever given for a stem; numbers only grow, so a username never comes back. `taken` are
    usernames that exist without having been counted.
    """
    last: dict[str, int] = {}
    usernames = []
    for stem in stems:
        number = last.get(stem, given.get(stem, 0)) + 1
        while numbered(stem, number) in taken:
            number += 1
        last[stem] = number
        usernames.append(numbered(stem, number))
    return usernames, last


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


RULES = ("length", "classes", "personal", "birth_date", "common", "strength")
"""The order in which a page shows them."""


def check_password(
    password: str, policy: PasswordPolicy, context: PasswordContext, common: frozenset[str]
) -> list[tuple[str, bool]]:
    """Each rule's code with whether `password` keeps it."""
    folded = plain(password)
    long_enough = policy.length <= len(password) <= LONGEST_PASSWORD
    passphrase = policy.passphrase is not None and len(password) >= policy.passphrase
    return [
        ("length", long_enough),
        ("classes", passphrase or classes(password) >= 3),
        ("personal", not _holds_personal(password, context)),
        ("birth_date", not any(writing in folded for writing in _birth_dates(context.birth_date))),
        ("common", bool(password) and not is_common(password, common)),
    ]


def classes(password: str) -> int:
    """How many of small letters, capitals, digits and other characters there are."""
    kinds = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    return sum(any(kind(character) for character in password) for kind in kinds)


def is_common(password: str, common: frozenset[str]) -> bool:
    """A known password, also disguised (`P@ssw0rd`) or with digits hung on (`motdepasse2026`), or little but a pattern.

    Patterns are few different characters, a short piece repeated, and runs of the alphabet or the keyboard.
    """
    if len(set(password.casefold())) <= 4:
        return True
    without_end = re.sub(r"[\W\d_]{1,6}$", "", password)
    undisguised = {plain(text.translate(_DISGUISES)) for text in (password, without_end)}
    for folded in {plain(password), *undisguised}:
        core = re.sub(r"^\d{1,4}|\d{1,4}$", "", folded)
        if folded in common or core in common or len(password) - _in_runs(folded) < 4:
            return True
        if re.fullmatch(r"(.{1,5}?)\1{2,}.{0,3}", folded):
            return True
    return False


def _in_runs(folded: str) -> int:
    """How many characters belong to a run of four or more neighbours of the alphabet or a keyboard row."""
    ways = _RUNS + tuple(run[::-1] for run in _RUNS)
    covered, start = 0, 0
    while start < len(folded):
        end = start + 4
        if not any(folded[start:end] in way for way in ways) or end > len(folded):
            start += 1
            continue
        while end < len(folded) and any(folded[start : end + 1] in way for way in ways):
            end += 1
        covered, start = covered + end - start, end
    return covered


def _holds_personal(password: str, context: PasswordContext) -> bool:
    """Longer words anywhere; those of 2 or 3 letters (class `6 A`, name `Roy`) only where they stand alone."""
    folded = plain(password)
    alone = {plain(piece) for piece in re.split(r"[\W_]+", password)}
    words = _personal(context)
    return any(word in folded if len(word) >= 4 else word in alone for word in words)


def _personal(context: PasswordContext) -> set[str]:
    words = {plain(context.username), plain(context.username.partition(".")[2])}
    for word in context.words:
        words.add(plain(word))
        words.update(plain(part) for part in re.split(r"[\s'’-]+", word) if part.casefold() not in _PARTICLES)
    return {word for word in words if len(word) >= 2}


def _birth_dates(birth_date: str | None) -> set[str]:
    if birth_date is None:
        return set()
    year, month, day = birth_date.split("-")
    short_day, name = str(int(day)), _MONTHS[int(month) - 1]
    return {
        f"{day}{month}{year}",
        f"{day}{month}{year[2:]}",
        f"{year}{month}{day}",
        f"{year[2:]}{month}{day}",
        f"{month}{day}{year}",
        f"{short_day}{int(month)}{year}",
        f"{short_day}{name}",
        f"{day}{name}",
    }


def _letters(text: str) -> str:
    return "".join(character for character in plain(text) if character.isalpha())
