"""The one place that sends a browser back to a relying party, and only to a CheckedRedirect.

Every answer, an error too, bears `iss` (RFC 9207) and, if it came, `state`.
"""

from urllib.parse import urlencode, urlsplit

from flask import Response, g, make_response, render_template

from idp.context import settings
from idp.oidc import browser_state
from idp.refusals import CheckedRedirect, ProtocolRefusal


def send_code(back_to: CheckedRedirect, code: str, client_id: str, sid: str) -> Response:
    """RFC 6749 §4.1.2, with session_state for relying parties that watch the session (Session Management 1.0 §3)."""
    state = browser_state.session_state(client_id, back_to.uri, sid)
    if state is None:
        return _send(back_to, [("code", code)])
    return browser_state.remember(_send(back_to, [("code", code), ("session_state", state)]), sid)


def send_error(refusal: ProtocolRefusal) -> Response:
    """RFC 6749 §4.1.2.1."""
    assert refusal.back_to is not None
    return _send(refusal.back_to, [("error", refusal.error), ("error_description", refusal.description)])


def _send(back_to: CheckedRedirect, fields: list[tuple[str, str]]) -> Response:
    if back_to.state is not None:
        fields.append(("state", back_to.state))
    fields.append(("iss", settings().server.issuer))
    if back_to.mode == "form_post":
        # The page's only act is to post to the relying party.
        g.form_action = back_to.uri
        response = make_response(render_template("form_post.html", action=back_to.uri, fields=fields))
    else:
        response = Response(status=303, headers=[("Location", _with(back_to, urlencode(fields)))])
    response.headers["Cache-Control"] = "no-store"
    return response


def _with(back_to: CheckedRedirect, encoded: str) -> str:
    """The registered address keeps its own query to the letter (RFC 6749 §3.1.2)."""
    if back_to.mode == "fragment":
        return f"{back_to.uri}#{encoded}"
    return f"{back_to.uri}{'&' if '?' in back_to.uri else '?'}{encoded}"


def origin(uri: str) -> str:
    """Scheme and host of a checked address, as a source for form-action; the scheme alone for an app's own scheme."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
