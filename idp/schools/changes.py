"""Acts of a school's office, or of the academy for all schools, on what pages show. Pages judge rights."""

from enum import Enum, auto
from hashlib import sha256

from idp.audit import trail
from idp.database.engine import raise_generation, transaction
from idp.runtime.context import settings
from idp.schools.logos import drawable
from idp.schools.rules import colours
from idp.schools.rules.appearance import ACADEMY, Brand, Note, Office
from idp.schools.rules.colours import Advice
from idp.schools.storage import appearance as storage


def change_office(uai: str, office: Office, actor: str, now: int) -> None:
    """Store how families reach the office of a school."""
    with transaction() as tx:
        storage.change_office(tx, uai, office)
        trail.record(tx, now, "school.office", actor, f"school:{uai}")


class IllegibleColour(Exception):
    """A colour that does not pass beside the others of its brand. `part`: "accent" or "tint"."""

    def __init__(self, part: str, advice: Advice) -> None:
        super().__init__(f"{part} {advice.colour}: {advice.contrast}")
        self.part, self.advice = part, advice


class Present(Enum):
    """What becomes of the present logo when no new one is sent."""

    KEEP = auto()
    REMOVE = auto()


def change_brand(place: str, brand: Brand, logo: bytes | Present, actor: str, now: int) -> None:
    """Store name and colours of a place. `logo`: a new picture, or what becomes of the present one; that of `brand` is not read.

    Raises UnusableLogo, IllegibleColour. Colours are judged with those of the academy that they will stand beside, within the
    transaction that stores them, so that no change in between is missed.
    """
    # Decoding takes some milliseconds, and depends on the picture alone: nobody waits for it.
    mime = drawable(logo).mime if isinstance(logo, bytes) else ""
    values = {"name": brand.name, "accent": brand.accent, "tint": brand.tint}
    with transaction() as tx:
        # First, so that two changes of brands follow one another: each sees which pictures the other uses.
        raise_generation(tx)
        _judge(brand, storage.brand(tx, ACADEMY) if place != ACADEMY else Brand())
        if isinstance(logo, bytes):
            values["logo"] = sha256(logo).hexdigest()
            storage.add_logo(tx, values["logo"], mime, logo)
        elif logo is Present.REMOVE:
            values["logo"] = ""
        storage.change_brand(tx, place, values)
        storage.remove_unused_logos(tx)
        trail.record(tx, now, "school.brand", actor, f"school:{place}")


def _judge(own: Brand, general: Brand) -> None:
    tint = own.tint or general.tint
    accent = own.accent or general.accent or settings().service.accent
    if own.tint and (advice := colours.advice_on_tint(own.tint)):
        raise IllegibleColour("tint", advice)
    if (own.tint or own.accent) and (advice := colours.advice_on_accent(accent, tint)):
        raise IllegibleColour("accent", advice)


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
