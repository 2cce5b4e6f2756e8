"""The logo of an invented school, drawn here."""

from functools import cache
from typing import TYPE_CHECKING

from idp import deferred

if TYPE_CHECKING:
    import typst
else:
    typst = deferred.module("typst")

_DRAWING = b"""
#set page(width: 180pt, height: 180pt, margin: 0pt, fill: none)
#let green = rgb("#5b7f3a")
#place(center + bottom, dy: -14pt, rect(width: 12pt, height: 56pt, radius: 4pt, fill: rgb("#7a1f5c")))
#place(center + top, dy: 14pt, polygon(fill: green, (70pt, 0pt), (126pt, 62pt), (108pt, 108pt), (70pt, 122pt), (32pt, 108pt), (14pt, 62pt)))
#place(center + top, dy: 62pt, line(start: (70pt, 0pt), length: 64pt, angle: 90deg, stroke: 4pt + white))
"""


@cache
def drawn() -> bytes:
    """A lime leaf, without a ground, as a PNG."""
    picture = typst.compile(_DRAWING, format="png", ppi=144, ignore_system_fonts=True)
    assert isinstance(picture, bytes)
    return picture
