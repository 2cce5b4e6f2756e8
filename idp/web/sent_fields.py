"""Values of a form that is shown again: its fields are filled in as they were sent (WCAG 2.2 §3.3.7).

A form is shown again after a refusal, and after a login or password that was needed first (`idp.answers.unsent`).
Passwords are never filled in.
"""

from flask import Flask, g, request
from werkzeug.datastructures import MultiDict

Fields = MultiDict[str, str]


def init_sent_fields(app: Flask) -> None:
    app.jinja_env.globals.update(typed=typed, picked=picked, at_fault=at_fault, unsent=unsent)


def unsent() -> Fields | None:
    """The fields of this page's form that were typed before a login, and are not processed yet."""
    fields: Fields | None = g.get("unsent_fields") if request.method == "GET" else None
    return fields


def typed(name: str, otherwise: str = "", act: str | None = None) -> str:
    """The text sent in the field `name`; `act`: the button of its form, on a page with several forms."""
    sent = _sent(act)
    return otherwise if sent is None else str(sent.get(name, otherwise))


def picked(name: str, value: str, otherwise: bool = False, act: str | None = None) -> bool:
    """Whether this checkbox, button or option was selected in the sent form."""
    sent = _sent(act)
    return otherwise if sent is None else value in sent.getlist(name)


def at_fault(name: str) -> bool:
    """Whether the refusal that this page shows is about the field `name` (WCAG 2.2 §3.3.1)."""
    return name in g.get("fields_at_fault", ())


def _sent(act: str | None) -> MultiDict[str, str] | None:
    sent = request.form if request.method == "POST" else unsent()
    return sent if sent is not None and (act is None or sent.get("act") == act) else None
