"""What is shown of a school: read from the cache of the present generation, at no statement of its own."""

from idp.database.engine import reading
from idp.database.generation import cache
from idp.schools.rules.appearance import Appearance, Appearances, Brand
from idp.schools.storage import appearance as storage


def every() -> Appearances:
    """What every school shows; read once for each generation (a change of clients, keys or of these)."""
    values = cache().values
    known: Appearances | None = values.get("appearances")
    if known is None:
        known = values["appearances"] = storage.every(reading())
    return known


def brand_for(school: str | int | None) -> Brand:
    """The brand for a school's pages, letters and mails, by its UAI or id; the academy's for None or an unknown school."""
    appearances = every()
    return appearances.brand_for(appearances.uais.get(school) if isinstance(school, int) else school)


def of_school(school: str) -> Appearance:
    """What a school shows, by its UAI; nothing if it is unknown."""
    return every().schools.get(school, Appearance())


def of_academy() -> Appearance:
    return every().academy


def is_known(school: str) -> bool:
    """Whether a school has this UAI."""
    return school in every().schools


def logo(digest: str) -> tuple[str, bytes] | None:
    """(MIME type, content) of a picture that a brand uses."""
    return storage.logo(reading(), digest)
