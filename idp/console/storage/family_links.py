"""Statement on the links of a family that a school may act on."""

from sqlalchemy import Connection, bindparam, exists, select, union_all

from idp.people.storage.tables import Enrolment, Guardianship

_of_guardian = Guardianship.guardian_id == bindparam("guardian")
_present = exists().where(Enrolment.pupil_id == Guardianship.pupil_id, Enrolment.until.is_(None))
_at_school = union_all(
    select(Guardianship.id)
    .join(Enrolment, Enrolment.pupil_id == Guardianship.pupil_id)
    .where(_of_guardian, Enrolment.school_id == bindparam("school"), Enrolment.until.is_(None)),
    select(Guardianship.id).where(_of_guardian, Guardianship.school_id == bindparam("school"), ~_present),
)


def at_school(connection: Connection, guardian: int, school: int) -> frozenset[int]:
    """The links of a guardian (a person's id), open or over, whose child is at this school; or at none, and its base has named the link."""
    rows = connection.execute(_at_school, {"guardian": guardian, "school": school})
    return frozenset(row.id for row in rows)
