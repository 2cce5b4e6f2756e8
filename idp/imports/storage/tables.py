"""Tables of imports: files, preview, result and undo data."""

from sqlalchemy import Boolean, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, RowId, Seconds


class ImportRow(Model):
    """`state`: given (files are in), columns (a CSV awaits its mapping), refused, checked (the preview is ready),
    written, undone, dropped.

    `counts`, `entries`, `fault` and `undo` are JSON. `fault`, and the reasons and faults of `entries`, hold codes and facts
    (`rules.faults`, `rules.reasons`). `undo` holds the rows before the import, and is deleted after a day.
    `plan_digest` is of the confirmed preview: another plan is not written.
    """

    __tablename__ = "imports"
    __table_args__ = (
        Index("ix_imports_state", "state", "given_at"),
        *(
            Index(
                f"ix_imports_{column}",
                moment,
                sqlite_where=text(f"{column} IS NOT NULL"),
                postgresql_where=text(f"{column} IS NOT NULL"),
            )
            for column, moment in (("undo", "written_at"), ("entries", "given_at"))
        ),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id"), index=True)
    source: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    year: Mapped[int | None] = mapped_column(RowId)
    mapping: Mapped[str | None] = mapped_column(Text)
    counts: Mapped[str | None] = mapped_column(Text)
    entries: Mapped[str | None] = mapped_column(Text)
    fault: Mapped[str | None] = mapped_column(Text)
    plan_digest: Mapped[str | None] = mapped_column(String(64))
    too_many_gone: Mapped[bool] = mapped_column(Boolean)
    undo: Mapped[str | None] = mapped_column(Text)
    given_by: Mapped[str] = mapped_column(String(80))
    given_at: Mapped[int] = mapped_column(Seconds)
    written_at: Mapped[int | None] = mapped_column(Seconds)
    undone_at: Mapped[int | None] = mapped_column(Seconds)


class ImportFile(Model):
    """A submitted file, compressed (zlib); deleted when the import is written or dropped."""

    __tablename__ = "import_files"
    __table_args__ = {"sqlite_autoincrement": True}
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportText(Model):
    """The school's answer for a record with a damaged text: "written", "mended" or "aside". `digest`: of the text."""

    __tablename__ = "import_texts"
    __table_args__ = (UniqueConstraint("school_id", "kind", "source_id"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id"))
    kind: Mapped[str] = mapped_column(String(10))
    source_id: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(String(10))
    decided_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[int] = mapped_column(Seconds)


class ImportDigest(Model):
    """Digest of the files of a school's last import: a repeated run over an academy skips the school."""

    __tablename__ = "import_digests"
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[int] = mapped_column(Seconds)
