"""Rights: every cell of role, act and subject."""

import pytest

from idp.console.rules.rights import (
    ACADEMY,
    GRANTS,
    KINDS,
    Act,
    Reach,
    Right,
    Role,
    Target,
    may,
    may_on,
    reach,
)

HERE, ELSEWHERE = 1, 2

TABLE = """
role                  see_numbers see_people import undo_import print_letters reset unlock correct_mail detach merge close renew school_page delegate
head                  x           x          x      x           x             x     x      x            x      x     x     x     x           x
deputy                x           x          x      x           x             x     x      x            x      x     x     x     x           .
secretary             x           x          x      x           x             x     x      x            x      x     .     .     x           .
delegate              .           x          .      .           x             x     x      .            .      .     .     .     .           .
teacher               .           .          .      .           .             .     .      .            .      .     .     .     .           .
academy_administrator x           x          x      x           x             x     x      x            x      x     x     x     x           x
academy_support       x           x          .      .           .             .     x      .            .      .     .     .     .           .
academy_auditor       x           .          .      .           .             .     .      .            .      .     .     .     .           .
"""
"""Written out a second time by hand, on purpose: a change of the code's table has to be meant."""

ACADEMYS = """
role                  see_academy services keys administrators audit trouble personal_data approve
academy_administrator x           x        x    x              x     x       x             x
academy_support       x           .        .    .              .     x       .             .
academy_auditor       x           .        .    .              x     x       .             .
"""


def cells(text: str) -> list[tuple[Role, Act, bool]]:
    head, *lines = text.strip().splitlines()
    acts = [Act(name) for name in head.split()[1:]]
    return [
        (Role(line.split()[0]), act, mark == "x")
        for line in lines
        for act, mark in zip(acts, line.split()[1:], strict=True)
    ]


def pupil(school: int = HERE, code: str = "6 A") -> Target:
    return Target(frozenset({school}), "pupil", {school: frozenset({code})})


def right(role: Role) -> Right:
    return Right(role, None if role in ACADEMY else HERE)


@pytest.mark.parametrize(("role", "act", "allowed"), cells(TABLE))
@pytest.mark.parametrize("kind", ["pupil", "guardian", "staff"])
def test_each_cell_of_a_school(role: Role, act: Act, allowed: bool, kind: str) -> None:
    held = [right(role)]
    assert may(held, act, HERE) == allowed
    assert may(held, act, ELSEWHERE) == (allowed and role in ACADEMY)
    reached = allowed and kind in KINDS[role]
    for school in (HERE, ELSEWHERE):
        target = Target(frozenset({school}), kind, {school: frozenset({"6 A"})})
        assert may_on(held, act, target) == (reached and (school == HERE or role in ACADEMY))


@pytest.mark.parametrize(("role", "act", "allowed"), cells(ACADEMYS))
def test_each_cell_of_the_academy(role: Role, act: Act, allowed: bool) -> None:
    assert may([Right(role, None)], act, None) == allowed


@pytest.mark.parametrize("role", [role for role in Role if role not in ACADEMY])
@pytest.mark.parametrize("act", list(Act))
def test_no_role_of_a_school_opens_anything_of_the_academy(role: Role, act: Act) -> None:
    assert not may([Right(role, HERE)], act, None)
    assert not (act in GRANTS[role] and list(Act).index(act) >= list(Act).index(Act.SEE_ACADEMY))


def test_an_academys_role_bound_to_a_school_has_no_rights() -> None:
    """A row that somebody wrote by mistake must not become a right over everybody."""
    held = [Right(Role.ADMINISTRATOR, HERE)]
    assert not any(may(held, act, school) for act in Act for school in (None, HERE, ELSEWHERE))
    assert not may_on(held, Act.RESET, pupil())


def lent(kinds: str = "pupil", classes: set[str] | None = None) -> Right:
    return Right(Role.DELEGATE, HERE, frozenset(kinds.split()), frozenset(classes) if classes else None)


@pytest.mark.parametrize(
    ("right", "target", "reached"),
    [
        (lent(), pupil(), True),
        (lent("guardian"), pupil(), False),
        (lent(classes={"6 A"}), pupil(), True),
        (lent(classes={"6 A"}), pupil(code="6 B"), False),
        (lent(classes={"6 A"}), pupil(ELSEWHERE), False),
        (lent("pupil guardian staff"), Target(frozenset({HERE}), "staff"), False),
        (lent(classes={"6 A"}), Target(frozenset({HERE}), "pupil", {HERE: frozenset()}), False),
        (
            lent(classes={"6 A"}),
            Target(
                frozenset({HERE, ELSEWHERE}),
                "pupil",
                {HERE: frozenset({"4 B"}), ELSEWHERE: frozenset({"6 A"})},
            ),
            False,
        ),
    ],
)
def test_lent_rights_cover_their_kinds_and_classes(right: Right, target: Target, reached: bool) -> None:
    assert may_on([right], Act.RESET, target) == reached


def test_two_lent_rights_never_multiply() -> None:
    """Pupils of 6 A and guardians of 4 B are not guardians of 6 A."""
    held = [lent("pupil", {"6 A"}), lent("guardian", {"4 B"})]
    widest = reach(held, Act.SEE_PEOPLE, HERE)
    assert widest in (
        Reach(frozenset({"pupil"}), frozenset({"6 A"})),
        Reach(frozenset({"guardian"}), frozenset({"4 B"})),
    )
    assert reach([], Act.SEE_PEOPLE, HERE) == Reach(frozenset(), frozenset())
