"""Statements that find people whose names are spelt almost as typed: of one school, or of the academy.

The words of all names are few (`name_words`): those near a typed word are found by pieces, and people by an index of whole names.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, String, and_, bindparam, literal, or_

from idp.console.rules.people_query import A_PAGE
from idp.console.rules.rights import Reach
from idp.console.storage.members import members_of
from idp.console.storage.search import PersonRow, people_rows
from idp.people.rules.names import plain
from idp.people.rules.near_names import mistakes
from idp.people.storage import name_words
from idp.people.storage.tables import Person

NEAREST = 60
"""Names of the academy that are tried for each typed word."""
OF_A_NAME = 3
"""People of one name at least, so that a common one does not hide the others."""
_is_of_kind = Person.kind.in_(bindparam("kinds", expanding=True))
_limit: BindParameter[int] = bindparam("most")
_rows = people_rows(literal(None, String)).where(_is_of_kind)
_by_family = (
    _rows.where(Person.family_folded == bindparam("family")).order_by(Person.first_folded).limit(_limit)
)
_by_first = _rows.where(Person.first_folded == bindparam("first")).order_by(Person.id).limit(_limit)
_by_both = _rows.where(
    Person.family_folded.in_(bindparam("families", expanding=True)),
    Person.first_folded.in_(bindparam("firsts", expanding=True)),
).limit(_limit)

Near = Mapping[str, int]
"""Word → its mistakes, the nearest first."""


def near(connection: Connection, typed: str) -> dict[str, int]:
    """The words of people's names near a typed one, the nearest first, with their mistakes."""
    judged = [(mistakes(typed, word), word) for word in name_words.sharing(connection, typed)]
    ranked = sorted((wrong, abs(len(word) - len(typed)), word) for wrong, word in judged if wrong is not None)
    return {word: wrong for wrong, _, word in ranked[:NEAREST]}


def cuts(names: Sequence[str]) -> list[tuple[str, str]]:
    """(surname, first name) in either order, either of several words; an empty one is not typed."""
    if len(names) == 1:
        return [(names[0], ""), ("", names[0])]
    halves = [("".join(names[:cut]), "".join(names[cut:])) for cut in range(1, len(names))]
    return [pair for head, tail in halves for pair in ((head, tail), (tail, head))]


def in_academy(
    connection: Connection, names: Sequence[str], kinds: frozenset[str], most: int
) -> list[PersonRow]:
    """People of every school, the nearest first."""
    words = _near_words(connection, names)
    people: dict[int, PersonRow] = {}
    for statement, parameters in _looks(names, words, most):
        if len(people) >= 2 * most:
            break
        rows = connection.execute(statement, {"kinds": sorted(kinds), **parameters})
        people |= {row[0]: PersonRow(*row) for row in rows}
    return _nearest(people.values(), names, words)[:most]


def _near_words(connection: Connection, names: Sequence[str]) -> dict[str, Near]:
    """Typed word, or words as one → those near it."""
    parts = sorted({part for pair in cuts(names) for part in pair if part})
    return {part: near(connection, part) for part in parts}


def _looks(
    names: Sequence[str], words: Mapping[str, Near], most: int
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Short looks, the nearest names first: one look for all of them would be filled by the first common one."""
    if len(names) > 1:
        for family, first in cuts(names):
            if words[family] and words[first]:
                both = {"families": list(words[family]), "firsts": list(words[first])}
                yield _by_both, {**both, "most": A_PAGE}
        return
    each = max(OF_A_NAME, -(-most // max(1, len(words[names[0]]))))
    for word in words[names[0]]:
        yield _by_family, {"family": word, "most": each}
        yield _by_first, {"first": word, "most": each}


def in_school(
    connection: Connection, names: Sequence[str], reach: Reach, school: int, most: int
) -> list[PersonRow]:
    """People of one school within `reach`, the nearest first."""
    words = _near_words(connection, names)
    if not any(words.values()):
        return []
    members = members_of(reach, school, True).subquery()
    alike = [
        and_(
            Person.family_folded.in_(words[family]) if family else literal(True),
            Person.first_folded.in_(words[first]) if first else literal(True),
        )
        for family, first in cuts(names)
    ]
    statement = (
        people_rows(members.c.place)
        .join(members, members.c.person == Person.id)
        .where(or_(*alike))
        .limit(20 * most)
    )
    people = {row[0]: PersonRow(*row) for row in connection.execute(statement)}
    return _nearest(people.values(), names, words)[:most]


def _nearest(people: Any, names: Sequence[str], words: Mapping[str, Near]) -> list[PersonRow]:
    def wrong(person: PersonRow) -> int:
        family, first = plain(person.family_name), plain(person.first_name)
        sums = (
            (words[typed_family].get(family, 9) if typed_family else 0)
            + (words[typed_first].get(first, 9) if typed_first else 0)
            for typed_family, typed_first in cuts(names)
        )
        return min(sums)

    return sorted(people, key=lambda person: (wrong(person), person.family_name, person.first_name))
