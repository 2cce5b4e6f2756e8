"""The order of letters for distribution, and their places on sheets of paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from idp.letters.rules.runs import LetterChild
from idp.people.rules.names import plain

POST, CLASS, PAIR = "post", "class", "pair"
"""A page for a window envelope with the postal address; a page handed out in class; two handed out in class, to be cut."""


class Addressed(Protocol):
    """What the order of a letter depends on."""

    @property
    def account(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def first_name(self) -> str: ...
    @property
    def family_name(self) -> str: ...
    @property
    def class_code(self) -> str | None: ...
    @property
    def children(self) -> tuple[LetterChild, ...]: ...


L = TypeVar("L", bound=Addressed)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a letter lies in the pile of its class. `number` counts from 1."""

    class_code: str
    number: int
    of: int

    @property
    def mark(self) -> str:
        """ "5e B · 12/27": who hands the letters out sees whether one is missing."""
        count = f"{self.number}/{self.of}"
        return f"{self.class_code} · {count}" if self.class_code else count


def in_order(letters: Sequence[L], code: str | None = None) -> list[tuple[L, Place]]:
    """The letters in the order of distribution: class, pupil, the pupil's own letter before those of the guardians.

    `code`: the class of the run, in which a guardian of several children is reached by the child of this class.
    """
    keyed = sorted(((_key(letter, code), letter) for letter in letters), key=lambda pair: pair[0])
    sizes: dict[str, int] = {}
    for key, _ in keyed:
        sizes[key[0]] = sizes.get(key[0], 0) + 1
    placed, seen = [], dict.fromkeys(sizes, 0)
    for key, letter in keyed:
        seen[key[0]] += 1
        placed.append((letter, Place(key[0], seen[key[0]], sizes[key[0]])))
    return placed


def reached_by(letter: Addressed, code: str | None) -> LetterChild | None:
    """The child who takes a guardian's letter home; None for all other letters."""
    here = [child for child in letter.children if code and child.class_code == code]
    return next(iter(here or letter.children), None)


def halves(number: int) -> list[tuple[int, int | None]]:
    """Letters 0 … `number` − 1 on sheets of two: the upper and the lower one of each sheet.

    The cut pile of lower halves, laid under that of the upper ones, is in order.
    """
    sheets = -(-number // 2)
    return [(upper, upper + sheets if upper + sheets < number else None) for upper in range(sheets)]


def postal_lines(address: str | None, postal_code: str | None, city: str | None) -> tuple[str, ...]:
    """The lines below the name on an envelope (NF Z 10-011: five at most, the town in capitals); none if the town is not known."""
    lines = [" ".join(line.split()) for line in (address or "").splitlines()]
    town = " ".join(part for part in (postal_code, (city or "").upper()) if part)
    if not city or not any(lines):
        return ()
    return (*[line for line in lines if line][:4], " ".join(town.split()))


def _key(letter: Addressed, code: str | None) -> tuple[str, str, str, int, str, str, int]:
    child = reached_by(letter, code)
    class_code = code if code else (child.class_code if child else letter.class_code) or ""
    pupil = child or letter
    return (
        class_code,
        plain(pupil.family_name),
        plain(pupil.first_name),
        int(letter.kind != "pupil"),
        plain(letter.family_name),
        plain(letter.first_name),
        letter.account,
    )
