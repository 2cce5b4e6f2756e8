"""Rights at the console: a table of roles and acts. No other module decides who may do what to whom."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Act(StrEnum):
    """Acts at the console. Those from SEE_ACADEMY on are for the academy alone.

    SCHOOL_PAGE: what families see of the school; at the academy, of all schools.
    """

    SEE_NUMBERS = "see_numbers"
    SEE_PEOPLE = "see_people"
    IMPORT = "import"
    UNDO_IMPORT = "undo_import"
    PRINT_LETTERS = "print_letters"
    RESET = "reset"
    UNLOCK = "unlock"
    CORRECT_MAIL = "correct_mail"
    DETACH = "detach"
    MERGE = "merge"
    CLOSE = "close"
    RENEW = "renew"
    SCHOOL_PAGE = "school_page"
    DELEGATE = "delegate"
    SEE_ACADEMY = "see_academy"
    SERVICES = "services"
    KEYS = "keys"
    ADMINISTRATORS = "administrators"
    AUDIT = "audit"
    TROUBLE = "trouble"
    PERSONAL_DATA = "personal_data"
    APPROVE = "approve"


class Role(StrEnum):
    HEAD = "head"
    DEPUTY = "deputy"
    SECRETARY = "secretary"
    DELEGATE = "delegate"
    TEACHER = "teacher"
    LIBRARIAN = "librarian"
    LOCAL_AUTHORITY = "local_authority"
    ADMINISTRATOR = "academy_administrator"
    SUPPORT = "academy_support"
    AUDITOR = "academy_auditor"


FAMILIES = frozenset({"pupil", "guardian"})
ALL_KINDS = FAMILIES | {"staff"}

_SCHOOL = frozenset(list(Act)[: list(Act).index(Act.SEE_ACADEMY)])

GRANTS: dict[Role, frozenset[Act]] = {
    Role.HEAD: _SCHOOL,
    Role.DEPUTY: _SCHOOL - {Act.DELEGATE},
    Role.SECRETARY: _SCHOOL - {Act.DELEGATE, Act.CLOSE, Act.RENEW},
    Role.DELEGATE: frozenset({Act.SEE_PEOPLE, Act.PRINT_LETTERS, Act.RESET, Act.UNLOCK}),
    Role.TEACHER: frozenset(),
    Role.LIBRARIAN: frozenset(),
    Role.LOCAL_AUTHORITY: frozenset(),
    Role.ADMINISTRATOR: frozenset(Act),
    Role.SUPPORT: frozenset({Act.SEE_NUMBERS, Act.SEE_PEOPLE, Act.UNLOCK, Act.SEE_ACADEMY, Act.TROUBLE}),
    Role.AUDITOR: frozenset({Act.SEE_NUMBERS, Act.SEE_ACADEMY, Act.AUDIT, Act.TROUBLE}),
}
"""The acts of each role."""

KINDS: dict[Role, frozenset[str]] = {
    Role.HEAD: ALL_KINDS,
    Role.DEPUTY: FAMILIES,
    Role.SECRETARY: FAMILIES,
    Role.DELEGATE: FAMILIES,
    Role.TEACHER: frozenset(),
    Role.LIBRARIAN: frozenset(),
    Role.LOCAL_AUTHORITY: frozenset(),
    Role.ADMINISTRATOR: ALL_KINDS,
    Role.SUPPORT: FAMILIES,
    Role.AUDITOR: frozenset(),
}
"""The kinds of people that each role reaches, at most. A deputy does not reach the staff: a head's reset password would be a head's rights."""

ACADEMY = frozenset({Role.ADMINISTRATOR, Role.SUPPORT, Role.AUDITOR})


@dataclass(frozen=True)
class SchoolRow:
    """A school of the console. `year`: the school year of the last import; `imported_at`: epoch seconds."""

    id: int
    uai: str
    name: str
    year: int | None
    imported_at: int | None


@dataclass(frozen=True)
class Right:
    """A role at a school (None: at the academy). `kinds` and `classes` (None: all) limit what was lent to a delegate."""

    role: Role
    school: int | None
    kinds: frozenset[str] = ALL_KINDS
    classes: frozenset[str] | None = None


@dataclass(frozen=True)
class Target:
    """A person on whom an act is done: the schools they belong to, their kind, the classes (of a guardian: of their children) by school."""

    schools: frozenset[int]
    kind: str
    classes: dict[int, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Reach:
    """Which people of a school an act reaches. `classes` None: all of them."""

    kinds: frozenset[str]
    classes: frozenset[str] | None


def may(rights: Iterable[Right], act: Act, school: int | None) -> bool:
    """Whether `act` is allowed at a school, on any person (None: at the academy)."""
    return any(_opens(right, act, school) for right in rights)


def may_on(rights: Iterable[Right], act: Act, target: Target) -> bool:
    """Whether `act` may be done to this person."""
    for right in rights:
        schools = target.schools if right.school is None else target.schools & {right.school}
        if act not in GRANTS[right.role] or target.kind not in right.kinds & KINDS[right.role]:
            continue
        if right.school is None and right.role in ACADEMY:
            return True
        if any(_in_classes(right, target, school) for school in schools):
            return True
    return False


def reach(rights: Iterable[Right], act: Act, school: int) -> Reach:
    """The people of a school that `act` reaches. The widest right alone counts: two lent rights are not combined."""
    opening = [right for right in rights if _opens(right, act, school)]
    if not opening:
        return Reach(frozenset(), frozenset())
    widest = max(opening, key=lambda right: (right.classes is None, len(right.kinds & KINDS[right.role])))
    return Reach(widest.kinds & KINDS[widest.role], widest.classes)


def schools_of(rights: Iterable[Right]) -> frozenset[int]:
    """The schools at which some act is allowed. Rights of the academy reach every school and are not listed."""
    return frozenset(right.school for right in rights if right.school is not None and GRANTS[right.role])


def _opens(right: Right, act: Act, school: int | None) -> bool:
    if act not in GRANTS[right.role]:
        return False
    if right.role in ACADEMY:
        return right.school is None
    return school is not None and right.school == school


def _in_classes(right: Right, target: Target, school: int) -> bool:
    if right.role in ACADEMY:
        return False
    return right.classes is None or bool(right.classes & target.classes.get(school, frozenset()))
