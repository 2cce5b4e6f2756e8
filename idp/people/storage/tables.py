"""Tables of people: persons, families, accounts; schools are in `idp.schools`.

Moments are whole seconds since 1970 (UTC); birth dates are ISO texts, YYYY-MM-DD. Rows of persons and accounts are
never reused: `sub` and usernames must not pass to another human being.
"""

from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, RowId, Seconds
from idp.people.rules.names import plain
from idp.schools.storage.tables import School as School


def _folded(column: str, preferred: str | None = None):  # type: ignore[no-untyped-def]
    """A column's default: another column of the same row, folded for search (`rules.names.plain`)."""

    def fold(context: Any) -> str:
        values = context.get_current_parameters()
        return plain((preferred and values.get(preferred)) or values.get(column) or "")[:100]

    return fold


class Person(Model):
    """A human being. `kind` is "guardian", "pupil" or "staff". Phones are E.164.

    `*_folded` are the names as search compares them. `hold_until`, `hold_reason`: a legal hold, which forbids erasure.
    """

    __tablename__ = "persons"
    __table_args__ = (
        Index("ix_persons_family_folded", "family_folded", "first_folded"),
        Index("ix_persons_first_folded", "first_folded"),
        Index("ix_persons_contact_mail", text("lower(contact_mail)")),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    civility: Mapped[str | None] = mapped_column(String(10))
    family_name: Mapped[str] = mapped_column(String(100))
    usage_name: Mapped[str | None] = mapped_column(String(100))
    first_name: Mapped[str] = mapped_column(String(100))
    other_first_names: Mapped[str | None] = mapped_column(String(200))
    sex: Mapped[str | None] = mapped_column(String(1))
    birth_date: Mapped[str | None] = mapped_column(String(10))
    ine: Mapped[str | None] = mapped_column(String(11), unique=True)
    mobile: Mapped[str | None] = mapped_column(String(20), index=True)
    phone: Mapped[str | None] = mapped_column(String(20))
    contact_mail: Mapped[str | None] = mapped_column(String(254))
    address: Mapped[str | None] = mapped_column(Text)
    postal_code: Mapped[str | None] = mapped_column(String(10))
    city: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[int] = mapped_column(Seconds)
    updated_at: Mapped[int] = mapped_column(Seconds)
    family_folded: Mapped[str] = mapped_column(
        String(100), default=_folded("family_name", "usage_name"), server_default=""
    )
    first_folded: Mapped[str] = mapped_column(String(100), default=_folded("first_name"), server_default="")
    hold_until: Mapped[int | None] = mapped_column(Seconds)
    hold_reason: Mapped[str | None] = mapped_column(Text)
    erased_at: Mapped[int | None] = mapped_column(Seconds)


class NameWord(Model):
    """A surname or first name that somebody has or had, folded (`rules.names.plain`), once."""

    __tablename__ = "name_words"
    word: Mapped[str] = mapped_column(String(100), primary_key=True)


class NamePiece(Model):
    """Three letters of a name (`rules.near_names.pieces`): names that share many are spelt alike."""

    __tablename__ = "name_pieces"
    piece: Mapped[str] = mapped_column(String(3), primary_key=True)
    word: Mapped[str] = mapped_column(String(100), primary_key=True)


class SourceRecord(Model):
    """The person of an identifier in a school's export (ELEVE_ID or PERSONNE_ID)."""

    __tablename__ = "source_records"
    __table_args__ = (UniqueConstraint("school_id", "kind", "source_id"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id"))
    kind: Mapped[str] = mapped_column(String(10))
    source_id: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    last_seen_at: Mapped[int] = mapped_column(Seconds)


class Enrolment(Model):
    """A pupil in a school. `class_code` may be empty; `until` is set when the pupil has left."""

    __tablename__ = "enrolments"
    __table_args__ = (UniqueConstraint("pupil_id", "school_id"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id"), index=True)
    class_code: Mapped[str | None] = mapped_column(String(40))
    mef: Mapped[str | None] = mapped_column(String(20))
    since: Mapped[int] = mapped_column(Seconds)
    until: Mapped[int | None] = mapped_column(Seconds)


class Guardianship(Model):
    """A link from a guardian to a pupil: kind, source, from, until. `relation` is SIECLE's code (10 mother, …)."""

    __tablename__ = "guardianships"
    __table_args__ = (UniqueConstraint("guardian_id", "pupil_id"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    guardian_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id"), index=True)
    relation: Mapped[str] = mapped_column(String(4))
    level: Mapped[int] = mapped_column(RowId)
    source: Mapped[str] = mapped_column(String(20))
    since: Mapped[int] = mapped_column(Seconds)
    until: Mapped[int | None] = mapped_column(Seconds)
    disputed_at: Mapped[int | None] = mapped_column(Seconds)


class StaffPost(Model):
    """A member of staff at a school, or of the academy where `school_id` is empty.

    `granted_by`: the name of the upstream whose rule gives the post, for as long as it does (`idp.federation`); empty: by hand.
    """

    __tablename__ = "staff_posts"
    __table_args__ = (
        # A rule gives a post once, however many logins there are at the same time.
        Index(
            "ix_staff_posts_granted",
            "person_id",
            "granted_by",
            "role",
            text("coalesce(school_id, 0)"),
            unique=True,
            sqlite_where=text("granted_by IS NOT NULL AND until IS NULL"),
            postgresql_where=text("granted_by IS NOT NULL AND until IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("schools.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    since: Mapped[int] = mapped_column(Seconds)
    until: Mapped[int | None] = mapped_column(Seconds)
    granted_by: Mapped[str | None] = mapped_column(String(40))


class UsernameCounter(Model):
    """The last homonym number of a stem ("e.durand"). Numbers only grow: a username is never reused."""

    __tablename__ = "username_counters"
    stem: Mapped[str] = mapped_column(String(120), primary_key=True)
    last: Mapped[int] = mapped_column(RowId)


class Account(Model):
    """The account of a person.

    `state` is one of `idp.people.rules.accounts.State`. `subject` is a random stable id from which every `sub` is
    derived. `credentials_generation` counts how often the password was replaced, or the account locked, reset or closed:
    sessions, codes and tokens of another generation are not valid. `provisional_digest` is the keyed digest of the
    letter's password, valid until `letter_expires_at`.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        Index("ix_accounts_mail_folded", text("lower(mail)")),
        # Letters that expire, and accounts that no school names any more: the worker looks for both each minute.
        Index("ix_accounts_letters", "state", "letter_expires_at"),
        Index(
            "ix_accounts_absent",
            "person_id",
            sqlite_where=text("present IS 0"),
            postgresql_where=text("present IS false"),
        ),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), unique=True)
    username: Mapped[str] = mapped_column(String(120), unique=True)
    subject: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[str] = mapped_column(String(12))
    password_hash: Mapped[str | None] = mapped_column(Text)
    password_changed_at: Mapped[int | None] = mapped_column(Seconds)
    provisional_digest: Mapped[str | None] = mapped_column(String(64))
    letter_expires_at: Mapped[int | None] = mapped_column(Seconds)
    renewal_asked_at: Mapped[int | None] = mapped_column(Seconds)
    identity_proved_at: Mapped[int | None] = mapped_column(Seconds)
    mail: Mapped[str | None] = mapped_column(String(254))
    mail_verified_at: Mapped[int | None] = mapped_column(Seconds)
    mobile: Mapped[str | None] = mapped_column(String(20), index=True)
    mobile_verified_at: Mapped[int | None] = mapped_column(Seconds)
    second_factor_since: Mapped[int | None] = mapped_column(Seconds)
    passkey_offer_answered_at: Mapped[int | None] = mapped_column(Seconds)
    language: Mapped[str | None] = mapped_column(String(5))
    credentials_generation: Mapped[int] = mapped_column(RowId, default=0, server_default="0")
    last_signed_in_at: Mapped[int | None] = mapped_column(Seconds)
    present: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[int] = mapped_column(Seconds)
    closed_at: Mapped[int | None] = mapped_column(Seconds)


class ContactChange(Model):
    """A confirmed mail address or own mobile number that its person has replaced, kept for as long as they may object.

    `previous` is what stood before, since `previous_since`; NULL is an account without an own mobile number.
    """

    __tablename__ = "contact_changes"
    __table_args__ = (
        Index("ix_contact_changes_account", "account_id", "changed_at"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    contact: Mapped[str] = mapped_column(String(6))
    previous: Mapped[str | None] = mapped_column(String(254))
    previous_since: Mapped[int | None] = mapped_column(Seconds)
    changed_at: Mapped[int] = mapped_column(Seconds)
    forget_at: Mapped[int] = mapped_column(Seconds, index=True)


class ImportDecision(Model):
    """The school's decision about an ambiguous record: it is the person `person_id`, or (empty) a new person.

    `left_out`: it is not imported. `record`: the digest of the record (`imports.rules.facts.record_digest`); the decision is valid
    while the digest is the same.
    """

    __tablename__ = "import_decisions"
    __table_args__ = (UniqueConstraint("school_id", "kind", "source_id"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id"))
    kind: Mapped[str] = mapped_column(String(10))
    source_id: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    left_out: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    record: Mapped[str | None] = mapped_column(String(64))
    decided_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[int] = mapped_column(Seconds)
