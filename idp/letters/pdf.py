"""Letters as a tagged PDF (ISO 32000-1 §14.8, PDF/UA-1): a page a person, or two persons a page, with the other language on the back."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typst
from flask import current_app

from idp.languages import tag_of
from idp.letters.faces import Paper, Side, face, sides_of
from idp.letters.issue import Letter
from idp.letters.rules.printable import printable
from idp.letters.rules.sheets import PAIR, Place, halves, in_order
from idp.people.offices import SchoolOffice
from idp.runtime.context import settings
from idp.schools import letterheads
from idp.schools.rules.letterheads import Letterhead

MIME = "application/pdf"
FOLDER = Path(__file__).parent / "paper"
WINDOW = {"left": 105, "top": 55, "width": 85, "height": 24, "line": 4}
"""Millimetres of the address on an ISO A4 page folded in three.

French DL and C5/6 envelopes have their window 20 mm from the right and from the bottom, 100 mm wide and 35 or 45 mm high. The
letter slides in it by 10 mm across and 11 mm down: what is seen in every case lies 100 to 190 mm from the left and 55 to 79 mm from
the top of the page.
"""

COMPILATIONS_KEPT = 10
"""How long Typst keeps intermediate results (`comemo::evict` in its export)."""

_ICONS = ("clock", "family", "help", "key", "languages", "lock", "phone", "pupil", "qr", "school", "user")
_COLOURS = {"ink": "#16252b", "quiet": "#51616a", "line": "#b9b6ac"}
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{}</svg>'


def letters_pdf(
    letters: Sequence[Letter],
    office: SchoolOffice,
    expires: int,
    paper: Paper,
    head: Letterhead | None = None,
) -> bytes:
    """The letters in the order of distribution. `expires`: expiry of the codes, epoch seconds. `head`: by default the school's."""
    return compiled(values_of(letters, office, expires, paper, head))


def values_of(
    letters: Sequence[Letter],
    office: SchoolOffice,
    expires: int,
    paper: Paper,
    head: Letterhead | None = None,
) -> dict[str, Any]:
    """What `paper/letter.typ` lays out."""
    head = head or letterheads.for_paper(office.school, office.uai)
    placed = in_order(letters, paper.class_code)
    squares = [letter.qr_code for letter, _ in placed]

    def faces(side: Side) -> list[dict[str, Any]]:
        return [
            face(letter, place, office, expires, paper, side) | {"qr": square}
            for (letter, place), square in zip(placed, squares, strict=True)
        ]

    return {
        "title": printable(" · ".join(_title(head, placed))),
        "author": printable(office.school or settings().service.name),
        "language": tag_of(paper.language),
        "form": paper.form,
        "head": _head(head),
        "colours": _COLOURS,
        "icons": _icons(),
        "window": WINDOW,
        "sides": _sides([faces(side) for side in sides_of(paper)], paper.form),
    }


def _head(head: Letterhead) -> dict[str, Any]:
    logo = head.logo and {
        "content": list(head.logo.content),
        "width": head.logo.width,
        "height": head.logo.height,
    }
    return {"lines": [printable(line) for line in head.lines], "accent": head.accent, "logo": logo}


def _title(head: Letterhead, placed: Sequence[tuple[Letter, Place]]) -> list[str]:
    classes = list(dict.fromkeys(place.class_code for _, place in placed))
    named = classes[0] if len(classes) == 1 else ""
    return [text for text in (*head.lines, named) if text]


def _sides(faces: Sequence[list[dict[str, Any]]], form: str) -> list[list[dict[str, Any] | None]]:
    """Pages in the order of printing: the back of each sheet after its front."""
    number = len(faces[0])
    if form != PAIR:
        return [[side[index]] for index in range(number) for side in faces]
    return [
        [side[upper], None if lower is None else side[lower]]
        for upper, lower in halves(number)
        for side in faces
    ]


def _icons() -> dict[str, str]:
    """The icons of the pages, as images of their own."""
    drawings = current_app.jinja_env.get_template("design/icons.html").module.drawings  # type: ignore[attr-defined]
    return {name: _SVG.format(drawings[name]) for name in _ICONS}


@cache
def _fonts() -> typst.Fonts:
    """The typefaces of `paper/fonts` alone: a letter looks the same on every machine."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER / "fonts"]
    )


def compiled(values: dict[str, Any]) -> bytes:
    """The PDF of `values_of`. Raises typst.TypstError for a character without a glyph, which `printable` replaces."""
    document = typst.compile(
        FOLDER / "letter.typ",
        root=FOLDER,
        font_paths=_fonts(),
        format="pdf",
        sys_inputs={"data": json.dumps(values, ensure_ascii=False)},
        pdf_standards=["ua-1"],
    )
    assert isinstance(document, bytes)
    _forget()
    return document


def _forget() -> None:
    """Empty Typst's cache, which keeps what its last ten compilations used: half a gigabyte of letters, and their codes."""
    for _ in range(COMPILATIONS_KEPT + 1):
        typst.compile(b"", font_paths=_fonts())
