"""A guardian without a letter, who shows who they are by an SMS and the birth dates of their children."""

import re

from flask import Flask

from tests.actors.visitor import messages

NUMBER = "+33612345678"


PASSWORD = "Poires-Vertes-1848"


def newest_code(app: Flask) -> str:
    return str(messages(app, "sms")[-1]["facts"]["code"])


def dates(page: str, *typed: str) -> dict[str, str]:
    """Fields of the birth dates, in the order of the page (the eldest first)."""
    children = list(dict.fromkeys(re.findall(r'name="(\d+)-day"', page)))
    assert len(children) == len(typed), page
    fields = {}
    for child, date in zip(children, typed, strict=True):
        year, month, day = date.split("-")
        fields |= {f"{child}-day": day, f"{child}-month": month, f"{child}-year": year}
    return fields
