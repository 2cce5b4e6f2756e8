"""Passwords: normalisation, provisional passwords, and the rules for chosen passwords."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from idp.people.rules.names import plain

LETTERS = "abcdefghijkmnpqrstuvwxyz"
CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = "23456789"
UNMISTAKABLE = LETTERS + CAPITALS + DIGITS
"""Without 0/O and 1/I/l, which are easily misread on a letter."""

LONGEST_PASSWORD = 1024
"""Maximum characters of a password; form fields and checks use it, and sign-in reads no more."""

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


def normalise_password(typed: str) -> str:
    """The form of a password that is checked and hashed: NFKC (NIST SP 800-63B-3 §5.1.1.2), the same on every keyboard."""
    return unicodedata.normalize("NFKC", typed)


def same_password(first: str, second: str) -> bool:
    """Whether two texts are the same password after normalisation."""
    return normalise_password(first) == normalise_password(second)


def password_forms(typed: str) -> tuple[str, ...]:
    """Forms of a typed password that a hash may be of: normalised, raw, and normalised without outer blanks; each once.

    Older hashes are of the raw text. The number of forms depends on the typed text only, and is one for ASCII without outer
    blanks.
    """
    typed = typed[:LONGEST_PASSWORD]
    bare = typed.strip()
    return tuple(dict.fromkeys((normalise_password(typed), typed, normalise_password(bare))))


def in_groups(password: str) -> str:
    """A provisional password in groups for reading: `kT4m Hx9w Rq7B`. The blanks are not part of it."""
    return " ".join(password[start : start + 4] for start in range(0, len(password), 4))


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
    """Texts that a password must not contain. `birth_date` is ISO or None; `words` are names, class, school."""

    username: str
    words: tuple[str, ...] = ()
    birth_date: str | None = None


RULES = ("length", "classes", "personal", "birth_date", "common", "strength")
"""Codes of the rules in the order of the page."""


def check_password(
    password: str, policy: PasswordPolicy, context: PasswordContext, common: frozenset[str]
) -> list[tuple[str, bool]]:
    """(code of a rule, whether `password` satisfies it)."""
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
    """Whether a password is known, also disguised (`P@ssw0rd`) or with digits appended (`motdepasse2026`), or mostly a pattern.

    Patterns: few different characters, a repeated short piece, runs of the alphabet or the keyboard.
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
    """Whether a password contains personal words. Words of 2 or 3 letters (class `6 A`, name `Roy`) count as whole words only."""
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
