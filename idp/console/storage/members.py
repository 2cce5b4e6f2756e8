"""Statement on the people of one school: who is there, and who was there last."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    cast,
    exists,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from idp.console.rules.rights import Reach
from idp.people.storage.tables import Enrolment, Guardianship, StaffPost


def members_of(reach: Reach, school: int, gone_too: bool) -> Any:
    """(person, place) of the people of a school, each once.

    `gone_too`: with those who have left, for a search, while no other school has them (`storage.rights.target_of`).
    """
    inside = [Enrolment.school_id == school, Enrolment.until.is_(None)]
    if reach.classes is not None:
        inside.append(Enrolment.class_code.in_(sorted(reach.classes)))
    parts: list[Any] = [
        select(cast(null(), BigInteger).label("person"), cast(null(), String).label("place")).where(
            literal(False)
        )
    ]
    if "pupil" in reach.kinds:
        parts.append(
            select(Enrolment.pupil_id.label("person"), Enrolment.class_code.label("place")).where(*inside)
        )
    if "guardian" in reach.kinds:
        parts.append(_guardians(*inside, Guardianship.until.is_(None)))
    if gone_too and reach.classes is None:
        parts += _gone(reach, school)
    if "staff" in reach.kinds:
        parts.append(
            select(StaffPost.person_id.label("person"), cast(null(), String).label("place"))
            .where(StaffPost.school_id == school, StaffPost.until.is_(None))
            .distinct()
        )
    return union_all(*parts[1:]) if len(parts) > 1 else parts[0]


def _guardians(*conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        select(Guardianship.guardian_id.label("person"), func.min(Enrolment.class_code).label("place"))
        .join(Enrolment, Enrolment.pupil_id == Guardianship.pupil_id)
        .where(Guardianship.guardian_id != Guardianship.pupil_id, *conditions)
        .group_by(Guardianship.guardian_id)
    )


def _gone(reach: Reach, school: int) -> list[Select[Any]]:
    """(person, place) of those who were at a school, and are at none now."""
    left = [Enrolment.school_id == school, Enrolment.until.is_not(None)]
    present, link = aliased(Enrolment), aliased(Guardianship)
    parts: list[Select[Any]] = []
    if "pupil" in reach.kinds:
        is_present = exists().where(present.pupil_id == Enrolment.pupil_id, present.until.is_(None))
        parts.append(
            select(Enrolment.pupil_id.label("person"), Enrolment.class_code.label("place")).where(
                *left, ~is_present
            )
        )
    if "guardian" in reach.kinds:
        has_child = exists().where(
            link.guardian_id == Guardianship.guardian_id,
            link.until.is_(None),
            present.pupil_id == link.pupil_id,
            present.until.is_(None),
        )
        parts.append(_guardians(Enrolment.school_id == school, ~has_child))
    return parts
