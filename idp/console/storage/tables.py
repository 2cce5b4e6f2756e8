"""Tables of the console: rights lent to colleagues, acts that wait for a second pair of eyes."""

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, RowId, Seconds


class Delegation(Model):
    """Rights that a head has given to a colleague. `kinds`: "pupil guardian"; `classes` is a JSON list, empty for all."""

    __tablename__ = "delegations"
    __table_args__ = {"sqlite_autoincrement": True}
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    kinds: Mapped[str] = mapped_column(String(20))
    classes: Mapped[str | None] = mapped_column(Text)
    since: Mapped[int] = mapped_column(Seconds)
    until: Mapped[int] = mapped_column(Seconds)
    given_by: Mapped[str] = mapped_column(String(80))
    given_at: Mapped[int] = mapped_column(Seconds)
    ended_at: Mapped[int | None] = mapped_column(Seconds)


class Approval(Model):
    """A requested act that a second administrator must agree to. `state`: asked, agreed, refused, lapsed."""

    __tablename__ = "approvals"
    __table_args__ = (Index("ix_approvals_state", "state"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    act: Mapped[str] = mapped_column(String(40))
    payload: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[int] = mapped_column(Seconds)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[int | None] = mapped_column(Seconds)
    state: Mapped[str] = mapped_column(String(10))


class LoginDay(Model):
    """How many logins a school's people made on a day (ISO, where the school is), counted by the worker from the audit trail.

    `by_hour`, `by_service` (JSON): hour of the day ("08") → logins; id of a service → how often it received somebody.
    """

    __tablename__ = "login_days"
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id"), primary_key=True)
    logins: Mapped[int] = mapped_column(RowId)
    by_hour: Mapped[str] = mapped_column(Text, default="{}", server_default="{}")
    by_service: Mapped[str] = mapped_column(Text, default="{}", server_default="{}")


class Counted(Model):
    """How far the worker has come with what it reads in steps.

    LOGINS: the last seal of audit records that has been counted into the days. RETIRED: the last person who was looked at for erasure.
    GRANTS: the last second whose codes of OpenID Connect were counted by service. PARTICIPANTS: the last row of a service of CAS or SAML.
    """

    __tablename__ = "counted"
    LOGINS = 1
    RETIRED = 2
    GRANTS = 3
    PARTICIPANTS = 4
    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(RowId)
