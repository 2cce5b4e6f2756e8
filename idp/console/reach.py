"""Who works at the console, where, and whom they reach. The decisions are in `rules/rights.py`."""

from idp.console.rules import rights
from idp.console.rules.rights import Act, Right, SchoolRow, Target
from idp.console.storage import rights as storage
from idp.database.engine import reading


def rights_of(person: int, now: int) -> tuple[Right, ...]:
    """The rights of a member of staff (a person's id) at `now`."""
    return storage.rights_of(reading(), person, now)


def school_of_uai(uai: str) -> SchoolRow | None:
    return storage.school_by_uai(reading(), uai)


def school_of_id(school: int) -> SchoolRow | None:
    return storage.school_by_id(reading(), school)


def schools(ids: frozenset[int] | None) -> list[SchoolRow]:
    """The schools of these ids (None: every school), by name."""
    return storage.schools_by_id(reading(), ids)


def may_on(own: tuple[Right, ...], act: Act, school: int, person: int) -> bool:
    """Whether the holder of the rights `own` may do `act` to a person, at this school."""
    target = storage.target_of(reading(), person)
    if target is None or school not in target.schools:
        return False
    return rights.may_on(own, act, Target(frozenset({school}), target.kind, target.classes))
