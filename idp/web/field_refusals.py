"""The refusal of a page beside the field that it is about (WCAG 2.2 §3.3.1).

A template names the field before its form; the macro of that field shows the sentence. A page has one refusal.
"""

from dataclasses import dataclass

from flask import Flask, g

from idp.refusals import Refusal
from idp.web.refusal_links import Way


@dataclass(frozen=True)
class FieldRefusal:
    """`sentence`: in place of that of the refusal, or empty. `ways`: what the person can do next."""

    field: str
    refusal: Refusal
    ways: tuple[Way, ...] = ()
    sentence: str = ""


def init_field_refusals(app: Flask) -> None:
    app.jinja_env.globals.update(place_beside=place_beside, beside=beside, unplaced=unplaced)


def place_beside(field: str, refusal: Refusal, ways: list[Way], sentence: str = "") -> None:
    """Show `refusal` beside the field with the id `field` of this page."""
    g.beside = FieldRefusal(field, refusal, tuple(ways), sentence)


def beside(field: str) -> FieldRefusal | None:
    """The refusal to show beside this field, or None."""
    placed: FieldRefusal | None = g.get("beside")
    if placed is None or placed.field != field:
        return None
    g.beside_its_field = True
    return placed


def unplaced() -> FieldRefusal | None:
    """The refusal whose field this page does not have: the act has changed the page. It is shown all the same."""
    placed: FieldRefusal | None = g.get("beside")
    return None if g.get("beside_its_field") else placed
