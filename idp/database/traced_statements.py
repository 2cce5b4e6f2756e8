"""Spans of the statements that SQLAlchemy executes; nothing unless tracing has begun before the engine is made."""

from typing import Any

from sqlalchemy import Engine, event

from idp.observability import tracing

_SPAN = "idp_span"


def trace_statements(engine: Engine) -> None:
    """Trace every statement of `engine`."""
    if tracing.tracer is None:
        return
    event.listen(engine, "before_cursor_execute", _begin)
    event.listen(engine, "after_cursor_execute", _end)
    event.listen(engine, "handle_error", _failed)


def _begin(_connection: Any, _cursor: Any, text: str, _values: Any, context: Any, _many: bool) -> None:
    if tracing.tracer is not None:
        setattr(context, _SPAN, tracing.begin_statement(text))


def _end(_connection: Any, _cursor: Any, _text: str, _values: Any, context: Any, _many: bool) -> None:
    if (span := getattr(context, _SPAN, None)) is not None:
        span.end()


def _failed(fault: Any) -> None:
    if (span := getattr(fault.execution_context, _SPAN, None)) is not None:
        span.end()
