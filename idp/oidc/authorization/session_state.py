"""Session Management 1.0: lets a relying party's page poll the session in this browser without a request.

The state is a digest of the session's `sid` in a cookie that our own iframe can read; `session_state` binds it to one
relying party, so that two relying parties cannot correlate it (§3.1, §4.2).
"""

import hashlib
import secrets

from flask import Response

from idp.crypto.opaque_tokens import keyed_digest
from idp.oidc.authorization.rules.origins import web_origin
from idp.runtime.context import settings
from idp.signin import cookies


def session_state(client_id: str, redirect_uri: str, sid: str) -> str | None:
    """`<hash>.<salt>` for a relying party with a web origin; None for an app with a scheme of its own."""
    origin = web_origin(redirect_uri)
    if origin is None:
        return None
    salt = secrets.token_urlsafe(12)
    # static/check_session.js hashes the same parts in the same order.
    text = f"{client_id} {origin} {_state(sid)} {salt}"
    return f"{hashlib.sha256(text.encode()).hexdigest()}.{salt}"


def remember(response: Response, sid: str) -> Response:
    """Set the state cookie for this session. Sign-in and sign-out delete it."""
    state = _state(sid)
    return response if cookies.state() == state else cookies.set_state(response, state)


def _state(sid: str) -> str:
    return keyed_digest(settings().secrets.secret_key.encode(), "browser state", sid)[:32]
