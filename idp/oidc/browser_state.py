"""Session Management 1.0: what a relying party's page can ask, without a request, about the session in this browser.

The state is a digest of the session's `sid` in a cookie that our own frame may read; `session_state` binds it to one
relying party, so that two of them cannot compare theirs (§3.1, §4.2).
"""

import hashlib
import secrets

from flask import Response

from idp.context import settings
from idp.oidc.rules.origins import web_origin
from idp.security import keyed_digest
from idp.signin import cookies


def session_state(client_id: str, redirect_uri: str, sid: str) -> str | None:
    """`<hash>.<salt>` for a relying party with a web origin; None for an app with a scheme of its own."""
    origin = web_origin(redirect_uri)
    if origin is None:
        return None
    salt = secrets.token_urlsafe(12)
    # The same words, in the same order, are hashed in static/check_session.js.
    text = f"{client_id} {origin} {_state(sid)} {salt}"
    return f"{hashlib.sha256(text.encode()).hexdigest()}.{salt}"


def remember(response: Response, sid: str) -> Response:
    """Leave the state of the session that has just answered in the browser; sign-in and sign-out take it away."""
    state = _state(sid)
    return response if cookies.state() == state else cookies.set_state(response, state)


def _state(sid: str) -> str:
    return keyed_digest(settings().secrets.secret_key.encode(), "browser state", sid)[:32]
