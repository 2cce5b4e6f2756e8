"""Logos as letters and mails show them. The pictures are drawn by Typst, which decodes PNG, JPEG and WebP."""

import json
import logging
from functools import lru_cache
from typing import TYPE_CHECKING

from idp import deferred
from idp.schools import appearance
from idp.schools.rules.letterheads import Picture, fitted
from idp.schools.rules.logos import Logo, UnusableLogo, read_logo

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


def of_mail(digest: str) -> Picture | None:
    """The logo of a mail: a PNG on a white plate. None without a logo, and for one that cannot be drawn."""
    if not digest:
        return None
    try:
        return _of_digest(digest)
    except UnusableLogo:
        # A mail is read without its logo too.
        log.warning("the logo %s cannot be drawn", digest)
        return None


def of_paper(digest: str) -> Picture | None:
    """The logo of a letter, as it was uploaded. None as above."""
    stored = appearance.logo(digest) if of_mail(digest) else None
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
    data = {
        "logo": list(content),
        "width": width,
        "height": height,
        "across": _PLATE_ACROSS,
        "down": _PLATE_DOWN,
    }
    try:
        drawn = typst.compile(
            _PLATE, sys_inputs={"data": json.dumps(data)}, ignore_system_fonts=True, format="png", ppi=_PIXELS
        )
    except typst.TypstError:
        raise UnusableLogo("kind") from None
    assert isinstance(drawn, bytes)
    return Picture(drawn, width + 2 * _PLATE_ACROSS, height + 2 * _PLATE_DOWN)


def drawable(content: bytes) -> Logo:
    """The kind and the size of a picture. Raises UnusableLogo as `on_plate`: its first bytes do not tell whether the others are there."""
    on_plate(content)
    return read_logo(content)
