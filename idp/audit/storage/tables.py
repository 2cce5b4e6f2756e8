"""Tables of the audit trail: a row for each act, a row for each sealed batch, one row for the ends of the chain of seals."""

from sqlalchemy import Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, RowId, Seconds


class AuditRecord(Model):
    """`actor` and `subject` are "account:12", "client:…", "command", "worker"; `detail` is a JSON object.

    The id comes from the database's own sequence: ids may have gaps, and a lower id may be committed after a higher one.
    `seal` and `position` (from 0) are the record's place in the chain; both are None until the record is sealed.
    """

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[int] = mapped_column(Seconds, index=True)
    act: Mapped[str] = mapped_column(String(60))
    actor: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(80), index=True)
    address: Mapped[str | None] = mapped_column(String(45))
    detail: Mapped[str] = mapped_column(Text)
    seal: Mapped[int | None] = mapped_column(RowId)
    position: Mapped[int | None] = mapped_column(Integer)
    __table_args__ = (
        Index("ix_audit_seal_position", "seal", "position", unique=True),
        Index(
            "ix_audit_unsealed",
            "id",
            sqlite_where=text("seal IS NULL"),
            postgresql_where=text("seal IS NULL"),
        ),
        # What a person does to itself stands in the index of the subjects: a login has no entry here.
        Index(
            "ix_audit_actor",
            "actor",
            "id",
            sqlite_where=text("actor <> subject"),
            postgresql_where=text("actor <> subject"),
        ),
        # An id is never given again, whatever was purged.
        {"sqlite_autoincrement": True},
    )


class AuditSeal(Model):
    """A sealed batch (`idp.audit.rules.seals`). `leaves`: the leaf hashes of its records, 32 bytes each, by position."""

    __tablename__ = "audit_seals"
    number: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(Integer)
    root: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[int] = mapped_column(Seconds)
    hash: Mapped[str] = mapped_column(String(64))
    mark: Mapped[str] = mapped_column(String(80))
    leaves: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHead(Model):
    """One row: number and hash of the last seal, of the last purged one, and of the last verified one. Acts never touch it."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(RowId)
    hash: Mapped[str] = mapped_column(String(64))
    purged_number: Mapped[int] = mapped_column(RowId, default=0, server_default="0")
    purged_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    purged_mark: Mapped[str] = mapped_column(String(80), default="", server_default="")
    verified_number: Mapped[int] = mapped_column(RowId, default=0, server_default="0")
    verified_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    verified_mark: Mapped[str] = mapped_column(String(80), default="", server_default="")
