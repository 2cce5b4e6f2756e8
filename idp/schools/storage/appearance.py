"""Statements on what schools show: read as a whole, once for each generation of the caches."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, bindparam, delete, exists, select, update

from idp.database.engine import raise_generation
from idp.database.upserts import insert_into, upsert
from idp.schools.rules.appearance import ACADEMY, Appearance, Appearances, Brand, Note, Office
from idp.schools.storage.tables import BrandLogo, BrandRow, FamilyNote, School

_schools = select(
    School.id,
    School.uai,
    School.name,
    School.office_phone,
    School.office_hours,
    School.office_mail,
    School.office_address,
)
_brands = select(BrandRow.place, BrandRow.name, BrandRow.accent, BrandRow.tint, BrandRow.logo)
_brand = _brands.where(BrandRow.place == bindparam("at_place"))
_notes = select(FamilyNote.place, FamilyNote.text, FamilyNote.text_en, FamilyNote.since, FamilyNote.until)
_logo = select(BrandLogo.mime, BrandLogo.content).where(BrandLogo.digest == bindparam("logo"))
_change_office = (
    update(School)
    .where(School.uai == bindparam("school"))
    .values(
        office_phone=bindparam("phone"),
        office_hours=bindparam("hours"),
        office_mail=bindparam("mail"),
        office_address=bindparam("address"),
    )
)
_put_away = (
    update(School)
    .where(School.id == bindparam("school"), School.first_steps_put_away_at.is_(None))
    .values(first_steps_put_away_at=bindparam("moment"))
)
_end_note = delete(FamilyNote).where(FamilyNote.place == bindparam("at_place"))
_unused_logos = delete(BrandLogo).where(~exists().where(BrandRow.logo == BrandLogo.digest))


def every(connection: Connection) -> Appearances:
    """What every school shows, and the academy."""
    brands = {
        row.place: Brand(row.name, row.accent, row.tint, row.logo) for row in connection.execute(_brands)
    }
    notes = {
        row.place: Note(row.text, row.text_en, date.fromisoformat(row.since), date.fromisoformat(row.until))
        for row in connection.execute(_notes)
    }
    schools, uais = {}, {}
    for row in connection.execute(_schools):
        office = Office(row.office_phone, row.office_hours, row.office_mail, row.office_address)
        schools[row.uai] = Appearance(row.name, office, brands.get(row.uai, Brand()), notes.get(row.uai))
        uais[row.id] = row.uai
    academy = Appearance("", Office(), brands.get(ACADEMY, Brand()), notes.get(ACADEMY))
    return Appearances(academy, schools, uais)


def logo(connection: Connection, digest: str) -> tuple[str, bytes] | None:
    """(MIME type, content) of a picture."""
    row = connection.execute(_logo, {"logo": digest}).one_or_none()
    return (row.mime, row.content) if row else None


def change_office(tx: Connection, uai: str, office: Office) -> None:
    values = {"phone": office.phone, "hours": office.hours, "mail": office.mail, "address": office.address}
    tx.execute(_change_office, {"school": uai, **values})
    raise_generation(tx)


def brand(tx: Connection, place: str) -> Brand:
    """The brand of a place alone, as it is now; nothing chosen if it has none."""
    row = tx.execute(_brand, {"at_place": place}).one_or_none()
    return Brand(row.name, row.accent, row.tint, row.logo) if row else Brand()


def change_brand(tx: Connection, place: str, values: Mapping[str, str]) -> None:
    """`values`: name, accent, tint, and logo (a digest); without it the logo stays."""
    keep = () if "logo" in values else ("logo",)
    upsert(tx, BrandRow, ("place",), [{"place": place, "logo": "", **values}], keep)


def add_logo(tx: Connection, digest: str, mime: str, content: bytes) -> None:
    new = insert_into(tx.dialect.name, BrandLogo).on_conflict_do_nothing(index_elements=["digest"])
    tx.execute(new, {"digest": digest, "mime": mime, "content": content})


def remove_unused_logos(tx: Connection) -> None:
    """Remove the pictures that no brand uses."""
    tx.execute(_unused_logos)


def write_note(tx: Connection, place: str, note: Note) -> None:
    row = {
        "place": place,
        "text": note.text,
        "text_en": note.text_en,
        "since": note.since.isoformat(),
        "until": note.until.isoformat(),
    }
    upsert(tx, FamilyNote, ("place",), [row])
    raise_generation(tx)


def end_note(tx: Connection, place: str) -> bool:
    """False if there is none."""
    ended = tx.execute(_end_note, {"at_place": place}).rowcount == 1
    if ended:
        raise_generation(tx)
    return ended


def put_first_steps_away(tx: Connection, school: int, now: int) -> bool:
    """False if they were put away before."""
    return tx.execute(_put_away, {"school": school, "moment": now}).rowcount == 1
