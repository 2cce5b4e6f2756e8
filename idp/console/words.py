"""Filters of the console's templates."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask_babel import gettext

from idp.console.rules.import_words import change, in_french


def init_words(app: Flask) -> None:
    app.jinja_env.filters["import_words"] = import_words
    app.jinja_env.filters["query"] = query


def import_words(said: str) -> str:
    """A sentence of the import's rules in the reader's language."""
    if moved := change(said):
        return f"{gettext(moved[0])} : {moved[1]}"
    sentence, facts = in_french(said)
    return str(gettext(sentence, **facts)) if sentence else said


def query(values: Mapping[str, Any]) -> str:
    """An address's query, without what is empty."""
    return urlencode({name: value for name, value in values.items() if value not in ("", None)})
