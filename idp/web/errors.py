"""Error handlers: refusals and unexpected exceptions become a page for a person, JSON for a machine.

The page shows a sentence and a short code; the log holds the reason under the same code. No other module
catches Exception.
"""

import logging
import secrets

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from idp.database.faults import DATABASE_FAULTS, UNSTORABLE
from idp.observability import counting
from idp.refusals import Refusal
from idp.refusals.general import (
    INTERNAL_ERROR,
    METHOD_NOT_ALLOWED,
    PAGE_NOT_FOUND,
    TOO_LARGE,
    UNAVAILABLE,
    UNREADABLE_REQUEST,
)
from idp.refusals.requests import FORM_NOT_VERIFIED
from idp.web.headers import add_headers

log = logging.getLogger("idp.refusals")

MACHINE_PATHS = (
    "/token",
    "/userinfo",
    "/revoke",
    "/introspect",
    "/jwks.json",
    "/.well-known/",
    "/health/",
    "/register",
    "/par",
    "/device_authorization",
    "/openapi.json",
)
_HTTP_CODES = {404: PAGE_NOT_FOUND, 405: METHOD_NOT_ALLOWED, 413: TOO_LARGE, 503: UNAVAILABLE}


def init_errors(app: Flask) -> None:
    """Register the handlers and the headers of every page."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    for fault in DATABASE_FAULTS:
        app.register_error_handler(fault, _unavailable)
    for unstorable in UNSTORABLE:
        app.register_error_handler(unstorable, _unstorable)
    app.register_error_handler(Exception, _unexpected)
    app.after_request(add_headers)


def show(refusal: Refusal) -> Response:
    """The page of a refusal, with its status."""
    return make_response(render_template("error.html", refusal=refusal, facts={}), refusal.status)


def _refused(refusal: Refusal) -> Response:
    log.warning("%s at %s: %s", refusal.code, request.endpoint, refusal.reason)
    counting.refused(refusal.code, refusal.name)
    response = _machine(refusal.status, "invalid_request") if _for_machine() else show(refusal)
    if refusal.status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _forged(fault: CSRFError) -> Response:
    return _refused(Refusal(FORM_NOT_VERIFIED, fault.description or "CSRF"))


def _http(fault: HTTPException) -> Response:
    if fault.response is not None:
        return fault.response  # type: ignore[return-value]
    status = fault.code or 500
    if _for_machine():
        response = _machine(status, "invalid_request" if status < 500 else "server_error")
    else:
        refusal = Refusal(_HTTP_CODES.get(status, UNREADABLE_REQUEST), f"HTTP {status}")
        counting.refused(refusal.code, refusal.name)
        response = show(refusal)
        response.status_code = status
    for name, value in fault.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _unavailable(fault: Exception) -> Response:
    log.error("G05 at %s: %s", request.endpoint, type(fault).__name__)
    refusal = Refusal(UNAVAILABLE)
    g.unbranded = True
    counting.refused(refusal.code, refusal.name)
    response = _machine(503, "temporarily_unavailable") if _for_machine() else show(refusal)
    response.headers["Retry-After"] = "5"
    return response


def _unstorable(fault: Exception) -> Response:
    return _refused(Refusal(UNREADABLE_REQUEST, f"the database cannot hold a value: {type(fault).__name__}"))


def _unexpected(fault: Exception) -> Response:
    incident = secrets.token_hex(4)
    log.error("G04 %s at %s", incident, request.endpoint, exc_info=fault)
    refusal = Refusal(INTERNAL_ERROR, incident, incident=incident)
    g.unbranded = True
    counting.refused(refusal.code, refusal.name)
    return _machine(500, "server_error") if _for_machine() else show(refusal)


def _machine(status: int, error: str) -> Response:
    response = jsonify({"error": error})
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _for_machine() -> bool:
    path = request.path
    return any(
        path == prefix or path.startswith(prefix if prefix.endswith("/") else f"{prefix}/")
        for prefix in MACHINE_PATHS
    )
