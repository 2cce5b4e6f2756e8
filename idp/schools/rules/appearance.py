"""What a school shows: its office, its brand, its note. Values without a database, a page or a clock."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from idp.schools.rules.colours import advice_on_accent

ACADEMY = "academy"
"""The place whose brand and note are for every school."""
LONGEST_NOTE = 500
"""Characters of a note, in either language."""


@dataclass(frozen=True)
class Office:
    """How families reach the office; each text may be empty. The texts are shown as they were written."""

    phone: str = ""
    hours: str = ""
    mail: str = ""
    address: str = ""

    @property
    def is_reachable(self) -> bool:
        """Whether a family knows where to ask and when."""
        return bool((self.phone or self.mail) and self.hours)

    def contact(self) -> str:
        """Telephone, hours and mail in a line; empty if none is known."""
        return ", ".join(text for text in (self.phone, self.hours, self.mail) if text)


@dataclass(frozen=True)
class Brand:
    """`name`: shown at the head of pages. `accent`, `tint`: #rrggbb, of buttons and of the background. `logo`: digest of a picture.

    An empty text is not chosen. `style`: rules for a style element of a page, and `source` its expression for the
    Content-Security-Policy (CSP §6.6.2.2); both empty without a colour.
    """

    name: str = ""
    accent: str = ""
    tint: str = ""
    logo: str = ""
    style: str = field(init=False, default="")
    source: str = field(init=False, default="")

    def __post_init__(self) -> None:
        rules = f":root{{--accent:{self.accent}}}" if self.accent else ""
        # In the dark the background stays dark.
        rules += f"@media (prefers-color-scheme:light){{:root{{--paper:{self.tint}}}}}" if self.tint else ""
        if rules:
            digest = base64.b64encode(hashlib.sha256(rules.encode()).digest()).decode()
            object.__setattr__(self, "style", rules)
            object.__setattr__(self, "source", f"'sha256-{digest}'")

    @property
    def is_chosen(self) -> bool:
        return bool(self.name or self.accent or self.tint or self.logo)

    def over(self, general: "Brand") -> "Brand":
        """This brand, and the general one where nothing is chosen."""
        return _over(self, general)


@lru_cache(maxsize=4096)
def _over(own: Brand, general: Brand) -> Brand:
    """`own` over `general`. A colour of one may not be legible with a later one of the other: then it is the nearest that is."""
    accent, tint = own.accent or general.accent, own.tint or general.tint
    advice = advice_on_accent(accent, tint) if accent else None
    return Brand(
        own.name or general.name, advice.nearest if advice else accent, tint, own.logo or general.logo
    )


@dataclass(frozen=True)
class Note:
    """A note for families in plain text. `since`, `until`: its first and last day. `text_en` may be empty."""

    text: str
    text_en: str
    since: date
    until: date

    def is_current(self, today: date) -> bool:
        return self.since <= today <= self.until

    def is_over(self, today: date) -> bool:
        return today > self.until

    def in_language(self, language: str) -> str:
        return (self.text_en if language == "en" else "") or self.text

    def language(self, language: str) -> str:
        """The language that `in_language` is written in."""
        return "en" if language == "en" and self.text_en else "fr"


@dataclass(frozen=True)
class Appearance:
    """What one place shows: a school, or the academy."""

    name: str = ""
    office: Office = Office()
    brand: Brand = Brand()
    note: Note | None = None


@dataclass(frozen=True)
class Appearances:
    """What every place shows. `schools`: by UAI. `uais`: UAI by the school's id."""

    academy: Appearance
    schools: dict[str, Appearance]
    uais: dict[int, str]

    def brand_for(self, school: str | None) -> Brand:
        """The brand of a school's pages (None, or unknown: the academy's)."""
        own = self.schools.get(school or "")
        return own.brand.over(self.academy.brand) if own else self.academy.brand

    def notes_for(self, schools: Iterable[str], today: date) -> list[tuple[str, Note]]:
        """(name of the school, note) of the academy, whose name is empty, and of these schools, where it is their time."""
        places = [("", self.academy)]
        places += [(self.schools[uai].name, self.schools[uai]) for uai in schools if uai in self.schools]
        return [(name, place.note) for name, place in places if place.note and place.note.is_current(today)]
