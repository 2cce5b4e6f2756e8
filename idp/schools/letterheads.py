"""Heads of letters and mails, with the brand of their school."""

import json
import logging
from functools import lru_cache
from typing import TYPE_CHECKING

from idp import deferred
from idp.runtime.context import settings
from idp.schools import appearance
from idp.schools.rules.colours import legible_accent
from idp.schools.rules.letterheads import Letterhead, Picture, fitted, names_of_head
from idp.schools.rules.logos import UnusableLogo, read_logo

if TYPE_CHECKING:
    import typst
else:
    typst = deferred.module("typst")

ON_PAPER = 46.0, 16.0
"""Millimetres: the largest logo of a letter. It ends above what the window of an envelope may show."""
IN_MAIL = 200.0, 40.0
"""CSS pixels: the largest logo of a mail, without its plate."""
_PLATE_ACROSS, _PLATE_DOWN = 10.0, 8.0
_PIXELS = 144
"""Pixels an inch, of which a CSS pixel is a 72nd: sharp on telephones."""
# A logo is made for white paper: in a mail it lies on a white plate, so that it is seen on a dark screen too.
_PLATE = b"""
#set page(width: auto, height: auto, margin: 0pt, fill: none)
#let data = json(bytes(sys.inputs.data))
#block(fill: white, radius: 8pt, inset: (x: data.across * 1pt, y: data.down * 1pt),
  image(bytes(data.logo), width: data.width * 1pt, height: data.height * 1pt))
"""
log = logging.getLogger("idp.schools")


def names_for(school: str, uai: str, service: str) -> tuple[str, ...]:
    """The names at a head: of the school, and of its brand or else of `service`. `school`, `uai`: empty where there is no one school."""
    return names_of_head(school, appearance.brand_for(uai or None).name or service)


def for_mail(school: str, uai: str) -> Letterhead:
    """The head of a mail in the name of `school`; its logo is a PNG on a white plate. For a mail of no one school both are empty."""
    return _head(school, uai, _logo_of_mail(appearance.brand_for(uai or None).logo))


def for_paper(school: str, uai: str) -> Letterhead:
    """The head of the letters of `school`, with its logo as it was uploaded."""
    return _head(school, uai, _logo_of_paper(appearance.brand_for(uai or None).logo))


def _head(school: str, uai: str, logo: Picture | None) -> Letterhead:
    service = settings().service
    accent = appearance.brand_for(uai or None).accent or service.accent
    return Letterhead(names_for(school, uai, service.name), legible_accent(accent), logo)


def _logo_of_mail(digest: str) -> Picture | None:
    if not digest:
        return None
    try:
        return _of_digest(digest)
    except UnusableLogo:
        # A mail is read without its logo too.
        log.warning("the logo %s cannot be drawn", digest)
        return None


def _logo_of_paper(digest: str) -> Picture | None:
    stored = appearance.logo(digest) if _logo_of_mail(digest) else None
    return whole(stored[1]) if stored else None


@lru_cache(maxsize=64)
def _of_digest(digest: str) -> Picture:
    """The logo of a mail by the digest of its bytes, so it never changes. Raises UnusableLogo, also if no brand has it any more."""
    stored = appearance.logo(digest)
    if stored is None:
        raise UnusableLogo("kind")
    return on_plate(stored[1])


def whole(content: bytes) -> Picture:
    """A logo as letters show it. Raises UnusableLogo."""
    size = read_logo(content)
    return Picture(content, *fitted((size.width, size.height), *ON_PAPER))


def on_plate(content: bytes) -> Picture:
    """A logo as mails show it. Raises UnusableLogo also for a picture that cannot be decoded to its end."""
    size = read_logo(content)
    width, height = fitted((size.width, size.height), *IN_MAIL)
    data = {"logo": list(content), "width": width, "height": height, "across": _PLATE_ACROSS, "down": _PLATE_DOWN}  # fmt: skip
    try:
        drawn = typst.compile(
            _PLATE, sys_inputs={"data": json.dumps(data)}, ignore_system_fonts=True, format="png", ppi=_PIXELS
        )
    except typst.TypstError:
        raise UnusableLogo("kind") from None
    assert isinstance(drawn, bytes)
    return Picture(drawn, width + 2 * _PLATE_ACROSS, height + 2 * _PLATE_DOWN)
