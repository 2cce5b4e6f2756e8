"""Runs of letters: the accounts of each class, each once; the children of a guardian in words."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from idp.people.rules.accounts import Act, State, allowed_from

WITHOUT_CLASS = ""
"""The code of "no class"."""


@dataclass(frozen=True)
class LetterChild:
    """A child on the letter of a guardian."""

    first_name: str
    family_name: str
    class_code: str | None = None
    school: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.family_name}"


@dataclass(frozen=True)
class ClassMember:
    """A pupil in a class, or a guardian in a class of a child. Moments are epoch seconds."""

    account: int
    kind: str
    class_code: str | None
    mail: str | None
    state: str
    letter_expires_at: int | None

    def may_have_letter(self, now: int, again: bool) -> bool:
        """Whether a letter may be printed. `again`: also if the previous letter is still valid."""
        if self.state not in allowed_from(Act.PRINT_LETTER):
            return False
        has_valid_letter = self.state == State.NOTIFIED and (self.letter_expires_at or 0) > now
        return again or not has_valid_letter


@dataclass(frozen=True)
class LetterChoice:
    """The requested letters. Empty `classes`: all classes."""

    kinds: frozenset[str]
    classes: frozenset[str]
    form: str
    again: bool


@dataclass(frozen=True)
class ClassLetters:
    """A class of a run. `accounts` are printed with this class; `elsewhere`: number of those printed with an earlier class.

    `in_all`: number of members of the chosen kinds; `without_mail`: number of those without a mail address.
    """

    code: str
    accounts: tuple[int, ...]
    pupils: int
    guardians: int
    elsewhere: int
    in_all: int
    without_mail: int


@dataclass(frozen=True)
class ClassWaiting:
    """A class of a school: numbers of members without a valid letter, and of all members."""

    code: str
    pupils: int
    pupils_in_all: int
    guardians: int
    guardians_in_all: int
    with_mail: int


def waiting(members: Iterable[ClassMember], now: int) -> list[ClassWaiting]:
    """The classes with members without a valid letter. A guardian of two classes counts in both."""
    lines = []
    for code, inside in _by_class(members):
        due = [member for member in inside if member.may_have_letter(now, again=False)]
        if due:
            line = ClassWaiting(
                code,
                _count(due, "pupil"),
                _count(inside, "pupil"),
                _count(due, "guardian"),
                _count(inside, "guardian"),
                sum(member.mail is not None for member in due),
            )
            lines.append(line)
    return lines


def people_waiting(members: Iterable[ClassMember], now: int) -> int:
    """Number of people without a valid letter, each once."""
    return len({member.account for member in members if member.may_have_letter(now, again=False)})


def plan(members: Iterable[ClassMember], choice: LetterChoice, now: int) -> list[ClassLetters]:
    """The classes of a run with their letters. A guardian's letter is printed once, with the first requested class."""
    printed: set[int] = set()
    lines = []
    for code, everybody in _by_class(members):
        if choice.classes and code not in choice.classes:
            continue
        inside = [member for member in everybody if member.kind in choice.kinds]
        due = [member for member in inside if member.may_have_letter(now, choice.again)]
        reached = [member for member in due if choice.form != "mail" or member.mail]
        here = [member for member in reached if member.account not in printed]
        if due:
            accounts = tuple(member.account for member in here)
            without = len(due) - len(reached)
            elsewhere = len(reached) - len(here)
            counts = _count(here, "pupil"), _count(here, "guardian")
            lines.append(ClassLetters(code, accounts, *counts, elsewhere, len(inside), without))
        printed |= {member.account for member in here}
    return lines


def children_in_words(children: Collection[LetterChild]) -> str:
    """Names with classes, for a cell of a table: "Léa Durand (6 A), Tom Durand"."""
    return ", ".join(
        f"{child.name} ({child.class_code})" if child.class_code else child.name for child in children
    )


def classes_in_words(own: str | None, children: Sequence[LetterChild]) -> str:
    """The class of a pupil, or the classes of a guardian's children, each once."""
    codes = [own] if own else [child.class_code for child in children if child.class_code]
    return ", ".join(dict.fromkeys(code for code in codes if code))


def _by_class(members: Iterable[ClassMember]) -> list[tuple[str, list[ClassMember]]]:
    classes: dict[str, list[ClassMember]] = defaultdict(list)
    for member in members:
        classes[member.class_code or WITHOUT_CLASS].append(member)
    return sorted(classes.items())


def _count(members: Iterable[ClassMember], kind: str) -> int:
    return sum(member.kind == kind for member in members)
