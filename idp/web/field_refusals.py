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
    app.jinja_env.globals.update(place_beside=place_beside, beside=beside)


def place_beside(field: str, refusal: Refusal, ways: list[Way], sentence: str = "") -> None:
    """Show `refusal` beside the field with the id `field` of this page."""
    g.beside = FieldRefusal(field, refusal, tuple(ways), sentence)


def beside(field: str) -> FieldRefusal | None:
    """The refusal to show beside this field, or None."""
    placed: FieldRefusal | None = g.get("beside")
    return placed if placed is not None and placed.field == field else None
