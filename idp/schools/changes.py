"""Acts of a school's office, or of the academy for all schools, on what pages show. Pages judge rights."""

from dataclasses import replace
from hashlib import sha256

from idp.audit import trail
from idp.database.engine import transaction
from idp.schools.rules.appearance import Brand, Note, Office
from idp.schools.rules.logos import read_logo
from idp.schools.storage import appearance as storage


def change_office(uai: str, office: Office, actor: str, now: int) -> None:
    """Store how families reach the office of a school."""
    with transaction() as tx:
        storage.change_office(tx, uai, office)
        trail.record(tx, now, "school.office", actor, f"school:{uai}")


def change_brand(place: str, brand: Brand, picture: bytes | None, actor: str, now: int) -> None:
    """Store the brand of a place, with a new picture if there is one. Raises UnusableLogo. The colours were checked before."""
    new = None
    if picture is not None:
        new = read_logo(picture).mime, picture
        brand = replace(brand, logo=sha256(picture).hexdigest())
    row = {"name": brand.name, "accent": brand.accent, "tint": brand.tint, "logo": brand.logo}
    with transaction() as tx:
        storage.change_brand(tx, place, row, new)
        trail.record(tx, now, "school.brand", actor, f"school:{place}")


def write_note(place: str, note: Note, actor: str, now: int) -> None:
    """Show a note to families from its first day to its last; it replaces the one before. The text is in the record."""
    with transaction() as tx:
        storage.write_note(tx, place, note)
        days = {"first_day": note.since.isoformat(), "last_day": note.until.isoformat()}
        trail.record(tx, now, "school.note", actor, f"school:{place}", text=note.text, **days)


def end_note(place: str, actor: str, now: int) -> bool:
    """Remove a note at once; False if there is none."""
    with transaction() as tx:
        ended = storage.end_note(tx, place)
        if ended:
            trail.record(tx, now, "school.note_ended", actor, f"school:{place}")
    return ended


def put_first_steps_away(school: int, uai: str, actor: str, now: int) -> bool:
    """Show the check list of first steps no more; False if it was put away before."""
    with transaction() as tx:
        away = storage.put_first_steps_away(tx, school, now)
        if away:
            trail.record(tx, now, "school.first_steps", actor, f"school:{uai}")
    return away
