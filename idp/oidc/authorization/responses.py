"""Authorization responses: the only code that redirects a browser to a relying party, and only to a CheckedRedirect.

Every response, errors included, has `iss` (RFC 9207) and the request's `state` if it had one.
"""

from functools import lru_cache
from urllib.parse import urlsplit

from flask import Response, g, make_response, render_template
from werkzeug.urls import iri_to_uri

from idp.network.urls import form_encoded, with_query
from idp.observability.requests import note_outcome
from idp.oidc.authorization import session_state
from idp.refusals import CheckedRedirect, ProtocolRefusal
from idp.runtime.context import settings
from idp.web.application import PlainResponse


def send_code(back_to: CheckedRedirect, code: str, client_id: str, sid: str) -> Response:
    """RFC 6749 §4.1.2, with session_state for relying parties that monitor the session (Session Management 1.0 §3)."""
    note_outcome("code")
    state = session_state.session_state(client_id, back_to.uri, sid)
    if state is None:
        return _send(back_to, [("code", code)])
    return session_state.remember(_send(back_to, [("code", code), ("session_state", state)]), sid)


def send_error(refusal: ProtocolRefusal) -> Response:
    """RFC 6749 §4.1.2.1."""
    assert refusal.back_to is not None
    return _send(refusal.back_to, [("error", refusal.error), ("error_description", refusal.description)])


def _send(back_to: CheckedRedirect, fields: list[tuple[str, str]]) -> Response:
    if back_to.state is not None:
        fields.append(("state", back_to.state))
    fields.append(("iss", settings().server.issuer))
    if back_to.mode == "form_post":
        # The page only posts the form to the relying party.
        g.form_action = back_to.uri
        response = make_response(render_template("form_post.html", action=back_to.uri, fields=fields))
        response.headers["Cache-Control"] = "no-store"
        return response
    location = _with(_in_ascii(back_to.uri), back_to.mode, form_encoded(fields))
    return PlainResponse(b"", 303, [("Location", location), ("Cache-Control", "no-store")])


def _with(uri: str, mode: str, encoded: str) -> str:
    return f"{uri}#{encoded}" if mode == "fragment" else with_query(uri, encoded)


@lru_cache(1024)
def _in_ascii(uri: str) -> str:
    return iri_to_uri(uri)


def origin(uri: str) -> str:
    """Scheme and host of a checked address, as a source for form-action; the scheme alone for an app's own scheme."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
