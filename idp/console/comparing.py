"""Two records of people side by side at a school's office, which sees of another school's people what it knows already."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from idp.console import reach
from idp.console.rules.rights import Act, Right, SchoolRow
from idp.people import comparison

PRIVATE = ("birth_date", "ine", "mobile", "contact_mail", "city", "class_code")
"""Fields of another school's people that are shown where the compared record has the same value, and hidden else."""


def side_by_side(
    persons: Sequence[int],
    record: Mapping[str, Any] | None,
    school: SchoolRow,
    own_rights: Sequence[Right],
) -> list[dict[str, Any]]:
    """Fields of persons (ids) to compare with `record`; None: with the first of them.

    `hidden`: names of the fields that differ, and belong to a person out of reach. `children`: (name, code of the relation) of
    those who are or were at the school, and of those whom the record names.
    """
    rows = comparison.side_by_side(persons, school.id)
    rows.sort(key=lambda row: persons.index(row["id"]))
    compared = record if record is not None else rows[0] if rows else {}
    named = {child[0] for child in (record or {}).get("children") or ()}
    return [_shown(row, compared, named, _is_reached(row, school, own_rights)) for row in rows]


def _is_reached(row: Mapping[str, Any], school: SchoolRow, own_rights: Sequence[Right]) -> bool:
    return reach.may_on(tuple(own_rights), Act.SEE_PEOPLE, school.id, row["id"])


def _shown(
    row: dict[str, Any], compared: Mapping[str, Any], named: Collection[str], is_reached: bool
) -> dict[str, Any]:
    hidden = frozenset(
        name
        for name in PRIVATE
        if not is_reached and row.get(name) and row[name] != (compared.get(name) or "")
    )
    children = [(name, relation) for name, relation, is_here in row["children"] if is_here or name in named]
    return {**row, **dict.fromkeys(hidden), "hidden": hidden, "children": children}
