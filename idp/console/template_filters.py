"""Filters of the console's templates. Their words are imported when a page of the console uses one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask

from idp import deferred

if TYPE_CHECKING:
    from idp.console import words
else:
    words = deferred.module("idp.console.words")

FILTERS = (
    "act_word",
    "choice_word",
    "code_word",
    "detail",
    "field_word",
    "import_sentence",
    "job_title",
    "message_word",
    "party",
    "protocol_word",
    "query",
    "reason_words",
    "registration_fault",
    "service_address",
    "trial_step",
)
"""Each is a function of `words` with this name."""


def init_filters(app: Flask) -> None:
    for name in FILTERS:
        app.jinja_env.filters[name] = _filter(name)


def _filter(name: str) -> Callable[[Any], Any]:
    return lambda value: getattr(words, name)(value)
