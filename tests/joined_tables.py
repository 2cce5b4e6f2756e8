"""Checks that every SELECT compiled in a test joins its tables: observed where SQLAlchemy builds the FROM list.

SQLAlchemy's own check sees a list whose members no condition connects. It does not see a table that was meant to be the
one of the statement outside: a sub-select two levels down is not correlated by itself, and "the person outside" becomes any
person at all.
"""

from typing import Any

from sqlalchemy.sql.selectable import SelectState

_display = SelectState._get_display_froms


class NotJoined(AssertionError):
    """A FROM list repeats a table of the statement around it: say `correlate(…)` at each level, or alias it."""


def watch() -> None:
    """From now on, in this process. A statement is compiled once, so it costs nothing to speak of."""
    SelectState._get_display_froms = _watched  # type: ignore[method-assign, assignment]


def _watched(state: Any, explicit_correlate_froms: Any = None, implicit_correlate_froms: Any = None) -> Any:
    listed = _display(state, explicit_correlate_froms, implicit_correlate_froms)
    repeated = {table for table in listed if table in (explicit_correlate_froms or ())}
    if len(listed) > 1 and repeated:
        raise NotJoined(
            f"{[str(table) for table in repeated]} of the statement outside, in FROM {[str(table) for table in listed]}"
        )
    return listed
