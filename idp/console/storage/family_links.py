"""Statement on the links of a family that a school may act on."""

from sqlalchemy import Connection, bindparam, exists, or_, select

from idp.people.storage.tables import Enrolment, Guardianship

_at_school = select(Guardianship.id).where(
    Guardianship.guardian_id == bindparam("guardian"),
    or_(
        Guardianship.school_id == bindparam("school"),
        exists().where(
            Enrolment.pupil_id == Guardianship.pupil_id,
            Enrolment.school_id == bindparam("school"),
            Enrolment.until.is_(None),
        ),
    ),
)


def at_school(connection: Connection, guardian: int, school: int) -> frozenset[int]:
    """The links of a guardian (a person's id), open or over, whose child is at this school, or that its base has named."""
    rows = connection.execute(_at_school, {"guardian": guardian, "school": school})
    return frozenset(row.id for row in rows)
