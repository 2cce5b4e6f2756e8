"""Tables of schools and of what they show. `place` is a school's UAI, or ACADEMY for all of them."""

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, RowId, Seconds


class School(Model):
    """A school. `degree` is "1d" (primary) or "2d" (collège, lycée); `office`: contact for families.

    `office_*`: how families reach the office, as they read it. `first_steps_put_away_at`: when the school has put its check
    list of first steps away.
    """

    __tablename__ = "schools"
    __table_args__ = {"sqlite_autoincrement": True}
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uai: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    degree: Mapped[str] = mapped_column(String(2))
    office: Mapped[str] = mapped_column(Text, default="")
    school_year: Mapped[int | None] = mapped_column(RowId)
    imported_at: Mapped[int | None] = mapped_column(Seconds)
    csv_mapping: Mapped[str | None] = mapped_column(Text)
    office_phone: Mapped[str] = mapped_column(String(40), default="", server_default="")
    office_hours: Mapped[str] = mapped_column(String(200), default="", server_default="")
    office_mail: Mapped[str] = mapped_column(String(254), default="", server_default="")
    office_address: Mapped[str] = mapped_column(String(300), default="", server_default="")
    first_steps_put_away_at: Mapped[int | None] = mapped_column(Seconds)


class BrandRow(Model):
    """How the pages of a place look. An empty column: as the academy's, else as the settings say. `logo`: digest of a BrandLogo."""

    __tablename__ = "brands"
    place: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    accent: Mapped[str] = mapped_column(String(7))
    tint: Mapped[str] = mapped_column(String(7))
    logo: Mapped[str] = mapped_column(String(64))


class BrandLogo(Model):
    """A picture by the SHA-256 of its bytes: its address never shows another picture."""

    __tablename__ = "brand_logos"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    mime: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class FamilyNote(Model):
    """A note for families, in plain text; `text_en` may be empty. `since`, `until`: its first and last day, ISO."""

    __tablename__ = "family_notes"
    place: Mapped[str] = mapped_column(String(8), primary_key=True)
    text: Mapped[str] = mapped_column(String(600))
    text_en: Mapped[str] = mapped_column(String(600))
    since: Mapped[str] = mapped_column(String(10))
    until: Mapped[str] = mapped_column(String(10))
