"""Filters of the console's templates. Their words are imported when a page of the console uses one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask

from idp import deferred

if TYPE_CHECKING:
    from idp.console import chart_words, import_words, words
else:
    chart_words = deferred.module("idp.console.chart_words")
    import_words = deferred.module("idp.console.import_words")
    words = deferred.module("idp.console.words")

FILTERS = (
    "act_word",
    "advice",
    "cause_reason",
    "ago",
    "choice_word",
    "code_word",
    "detail",
    "iso_moment",
    "job_title",
    "message_word",
    "party",
    "protocol_word",
    "query",
    "reason_words",
    "registration_fault",
    "technical",
    "service_address",
    "trial_step",
    "written_day",
)
"""Each is a function of `words` with this name."""
IMPORTS = ("fault_line", "field_word", "import_sentence", "import_state", "record_word", "verdict_word")
"""Each is a function of `import_words` with this name."""
CHARTS = ("day_points", "hour_points", "hours_sentence")
"""Each is a function of `chart_words` with this name."""


def init_filters(app: Flask) -> None:
    app.jinja_env.globals["page_words"] = lambda endpoint: words.page_words(endpoint)
    for name in FILTERS:
        app.jinja_env.filters[name] = _filter(lambda: words, name)
    for name in IMPORTS:
        app.jinja_env.filters[name] = _filter(lambda: import_words, name)
    for name in CHARTS:
        app.jinja_env.filters[name] = _filter(lambda: chart_words, name)


def _filter(module: Callable[[], Any], name: str) -> Callable[..., Any]:
    return lambda *values: getattr(module(), name)(*values)
