"""Every request has a record and an id: metrics, a log line, a span, and the header X-Request-Id are made of them."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask

from idp.observability import counting, tracing
from idp.observability.log_lines import log_request
from idp.observability.requests import (
    METHODS,
    STEPS,
    Record,
    enter,
    is_well_formed,
    leave,
    new_id,
    request_id,
)
from idp.settings import Settings
from idp.web.request_bodies import ARRIVED, Application, StartResponse

HEADER = "X-Request-Id"


def init_observed(app: Flask, settings: Settings) -> None:
    """Observe every request of `app`; error pages show the request's id."""
    app.jinja_env.globals["request_id"] = request_id
    app.wsgi_app = _Observed(app.wsgi_app, settings.server.trusted_proxies > 0)  # type: ignore[method-assign]


class _Observed:
    """WSGI middleware. `is_behind_proxy`: the caller's X-Request-Id and traceparent are a trusted proxy's."""

    def __init__(self, app: Application, is_behind_proxy: bool) -> None:
        self._app = app
        self._is_behind_proxy = is_behind_proxy

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        began = environ.get(ARRIVED) or time.perf_counter()
        method = environ["REQUEST_METHOD"]
        method = method if method in METHODS else "other"
        status = 500

        def start(line: str, headers: list[tuple[str, str]], *fault: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            _note(environ, record)
            headers.append((HEADER, record.id))
            return start_response(line, headers, *fault)

        record = Record(self._id(environ))
        token = enter(record)
        try:
            if tracing.tracer is None:
                return self._app(environ, start)
            return self._traced(environ, start, method, record)
        finally:
            seconds = time.perf_counter() - began
            counting.request(record, method, status, seconds)
            log_request(record, method, status, seconds)
            leave(token)

    def _traced(
        self, environ: dict[str, Any], start: StartResponse, method: str, record: Record
    ) -> Iterable[bytes]:
        above = {"traceparent": environ.get("HTTP_TRACEPARENT", "")} if self._is_behind_proxy else {}
        answered = []

        def noting(line: str, headers: list[tuple[str, str]], *fault: Any) -> Any:
            answered.append(int(line[:3]))
            return start(line, headers, *fault)

        with tracing.request_span(method, above) as span:
            body = self._app(environ, noting)
            status = answered[-1] if answered else 500
            span.update_name(f"{method} {record.endpoint}")
            for name, value in _attributes(record, status).items():
                span.set_attribute(name, value)
            return body

    def _id(self, environ: Mapping[str, Any]) -> str:
        if self._is_behind_proxy:
            identifier: str = environ.get("HTTP_X_REQUEST_ID", "")
            if is_well_formed(identifier):
                return identifier
        return new_id()


def _note(environ: Mapping[str, Any], record: Record) -> None:
    # Werkzeug's request is in the environment until its context ends.
    endpoint = getattr(environ.get("werkzeug.request"), "endpoint", None)
    record.endpoint = endpoint
    if record.step is None and endpoint is not None:
        record.step = STEPS.get(endpoint)


def _attributes(record: Record, status: int) -> dict[str, str | int]:
    return {
        "http.response.status_code": status,
        "idp.endpoint": record.endpoint or "none",
        "idp.client": record.client or "",
        "idp.outcome": record.outcome_of(status),
        "idp.request": record.id,
    }
