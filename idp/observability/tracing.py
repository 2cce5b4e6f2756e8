"""Traces by OpenTelemetry (the extra `tracing`): spans of requests, statements and outgoing requests. Off: nothing is imported.

A span names endpoints, statements and functions, never parameters, paths or people.
"""

import contextlib
import functools
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from idp import __version__, deferred
from idp.settings.observation import Tracing

if TYPE_CHECKING:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http import trace_exporter
    from opentelemetry.sdk import resources
    from opentelemetry.sdk import trace as sdk
    from opentelemetry.sdk.trace import export, sampling
    from opentelemetry.trace.propagation import tracecontext
else:
    # An extra, which may not be installed.
    trace = deferred.module("opentelemetry.trace")
    trace_exporter = deferred.module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    resources = deferred.module("opentelemetry.sdk.resources")
    sdk = deferred.module("opentelemetry.sdk.trace")
    export = deferred.module("opentelemetry.sdk.trace.export")
    sampling = deferred.module("opentelemetry.sdk.trace.sampling")
    tracecontext = deferred.module("opentelemetry.trace.propagation.tracecontext")

EXPORT_SECONDS = 5
"""Seconds that the collector may take for a batch, and that the end of a process waits for its last one."""

_SKIPPED = ("idp.database", "idp.observability")
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+\"?(\w+)", re.ASCII)

tracer: "trace.Tracer | None" = None
"""None while tracing is off."""


class NotInstalled(Exception):
    """`tracing.endpoint` is set, but the extra is not installed."""


def refuse_missing(section: Tracing) -> None:
    """Raises NotInstalled if tracing is on without its packages, which are not imported here."""
    if not section.endpoint:
        return
    for package in ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"):
        try:
            is_there = importlib.util.find_spec(package) is not None
        except ModuleNotFoundError:
            is_there = False
        if not is_there:
            raise NotInstalled("tracing.endpoint is set: pip install 'educonnect-idp[tracing]'")


def begin(section: Tracing, exporter: "export.SpanExporter | None" = None) -> None:
    """Trace in this process from now on, if `tracing.endpoint` is set. `exporter`: in place of OTLP over HTTP. Raises NotInstalled."""
    global tracer
    if tracer is not None or not section.endpoint:
        return
    refuse_missing(section)
    resource = resources.Resource.create({"service.name": "educonnect-idp", "service.version": __version__})
    provider = sdk.TracerProvider(
        resource=resource, sampler=sampling.ParentBased(sampling.TraceIdRatioBased(section.ratio))
    )
    exporter = exporter or trace_exporter.OTLPSpanExporter(endpoint=section.endpoint, timeout=EXPORT_SECONDS)
    provider.add_span_processor(export.BatchSpanProcessor(exporter, schedule_delay_millis=1000))
    tracer = provider.get_tracer("idp", __version__)
    _end.append(provider.shutdown)


_end: list[Callable[[], None]] = []


def end() -> None:
    """Export the last spans, and trace no longer."""
    global tracer
    tracer = None
    while _end:
        _end.pop()()


@contextlib.contextmanager
def request_span(method: str, headers: Mapping[str, str]) -> Iterator["trace.Span"]:
    """The span of an HTTP request, below the caller's span if `headers` has its `traceparent` (W3C Trace Context)."""
    assert tracer is not None
    above = tracecontext.TraceContextTextMapPropagator().extract(headers)
    with tracer.start_as_current_span(
        method,
        context=above,
        kind=trace.SpanKind.SERVER,
        attributes={"http.request.method": method},
        record_exception=False,
    ) as span:
        yield span


@contextlib.contextmanager
def outgoing(method: str, host: str, headers: MutableMapping[str, Any]) -> Iterator[None]:
    """The span of an outgoing request; its `traceparent` is added to `headers`."""
    assert tracer is not None
    named = {"http.request.method": method, "server.address": host}
    # An exception's text may contain the URL, and an SMS gateway may have the number in it.
    with tracer.start_as_current_span(
        method,
        kind=trace.SpanKind.CLIENT,
        attributes=named,
        record_exception=False,
        set_status_on_exception=False,
    ):
        tracecontext.TraceContextTextMapPropagator().inject(headers)
        yield


def executed(execute: Callable[..., Any], text: str, *parameters: Any) -> Any:
    """`execute(text, *parameters)`, in a span of the statement."""
    if tracer is None:
        return execute(text, *parameters)
    span = begin_statement(text)
    try:
        return execute(text, *parameters)
    finally:
        span.end()


def begin_statement(text: str) -> "trace.Span":
    """The span of a statement that begins: its verb and table, and the function that executes it. The caller ends it."""
    assert tracer is not None
    attributes = {"db.operation.name": text.split(None, 1)[0], "code.function.name": _caller()}
    return tracer.start_span(statement_name(text), kind=trace.SpanKind.CLIENT, attributes=attributes)


@functools.lru_cache(2000)
def statement_name(text: str) -> str:
    """Verb and first table of an SQL statement: `SELECT sessions`."""
    verb = text.split(None, 1)[0].upper()
    table = _TABLE.search(text)
    return f"{verb} {table[1]}" if table else verb


def _caller() -> str:
    """The function of the program that executes a statement: the first above the database's own."""
    frame: Any = sys._getframe(2)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith("idp.") and not module.startswith(_SKIPPED):
            return f"{module}.{frame.f_code.co_qualname}"
        frame = frame.f_back
    return ""
