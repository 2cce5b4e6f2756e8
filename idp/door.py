"""The one door through which refusals and accidents leave: a page for a person, JSON for a machine.

The page shows a sentence and a short code; the log holds the reason under the same code. Nothing else in the house
catches Exception.
"""

import logging
import secrets

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from idp.context import settings
from idp.database import DATABASE_FAULTS, UNSTORABLE
from idp.refusals import Refusal
from idp.style import style

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
_HTTP_CODES = {404: "G01", 405: "G02", 413: "G03", 503: "G05"}

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' {style}; img-src 'self' https: data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-src {frames}; frame-ancestors {framed_by}; form-action {form_action}"
)


def init_door(app: Flask) -> None:
    """Register the handlers and the headers of every page."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    for fault in DATABASE_FAULTS:
        app.register_error_handler(fault, _unavailable)
    for unstorable in UNSTORABLE:
        app.register_error_handler(unstorable, _unstorable)
    app.register_error_handler(Exception, _accident)
    app.after_request(_headers)


def show(refusal: Refusal) -> Response:
    """The page of a refusal, with its status."""
    return make_response(render_template("error.html", refusal=refusal, facts={}), refusal.status)


def _refused(refusal: Refusal) -> Response:
    log.warning("%s at %s: %s", refusal.code, request.endpoint, refusal.reason)
    response = _machine(refusal.status, "invalid_request") if _for_machine() else show(refusal)
    if refusal.status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _forged(fault: CSRFError) -> Response:
    return _refused(Refusal("R03", fault.description or "CSRF"))


def _http(fault: HTTPException) -> Response:
    if fault.response is not None:
        return fault.response  # type: ignore[return-value]
    status = fault.code or 500
    if _for_machine():
        response = _machine(status, "invalid_request" if status < 500 else "server_error")
    else:
        response = show(Refusal(_HTTP_CODES.get(status, "G06"), f"HTTP {status}"))
        response.status_code = status
    for name, value in fault.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _unavailable(fault: Exception) -> Response:
    log.error("G05 at %s: %s", request.endpoint, type(fault).__name__)
    response = _machine(503, "temporarily_unavailable") if _for_machine() else show(Refusal("G05"))
    response.headers["Retry-After"] = "5"
    return response


def _unstorable(fault: Exception) -> Response:
    return _refused(Refusal("G06", f"the database cannot hold a value: {type(fault).__name__}"))


def _accident(fault: Exception) -> Response:
    incident = secrets.token_hex(4)
    log.error("G04 %s at %s", incident, request.endpoint, exc_info=fault)
    return (
        _machine(500, "server_error") if _for_machine() else show(Refusal("G04", incident, incident=incident))
    )


def _machine(status: int, error: str) -> Response:
    response = jsonify({"error": error})
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _for_machine() -> bool:
    path = request.path
    return any(
        path == one or path.startswith(one if one.endswith("/") else f"{one}/") for one in MACHINE_PATHS
    )


def _headers(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.mimetype == "text/html":
        # A browser follows a form's redirects only where form-action allows: pages whose form ends at a relying party
        # name its origin in g.form_action. g.frames: what the page itself frames; g.framed_by: who may frame it.
        framed_by = g.get("framed_by", "'none'")
        policy = CONTENT_SECURITY_POLICY.format(
            form_action=g.get("form_action", "'self'"),
            style=style().source,
            frames=g.get("frames", "'none'"),
            framed_by=framed_by,
        )
        response.headers["Content-Security-Policy"] = policy
        response.headers["Referrer-Policy"] = "same-origin"
        if framed_by == "'none'":
            response.headers["X-Frame-Options"] = "DENY"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers.setdefault("Cache-Control", "no-store")
        if settings().https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response
