"""Logout at the other provider for sessions that began there (RP-Initiated Logout 1.0)."""

from urllib.parse import quote, urlencode, urlsplit

from idp.crypto.opaque_tokens import digest, new_token
from idp.crypto.sealing import unseal
from idp.database.engine import reading, transaction
from idp.federation import providers
from idp.federation.storage import logins
from idp.network.urls import with_query
from idp.refusals import Refusal
from idp.runtime.context import settings
from keys.sealing import CannotUnseal

LIFETIME = 600


def address(sid: str, back_to: str, now: int) -> str | None:
    """The logout URL at the other provider; None for a session that did not begin there.

    `back_to`: the target of our own logout, already checked. An unreachable provider must not prevent our logout.
    """
    row = logins.session(reading(), sid)
    if row is None:
        return None
    try:
        provider = providers.find(row[0], now)
        hint = unseal(row[1], "federated id token").decode()
    except (Refusal, CannotUnseal):
        return None
    endpoint = provider.document.get("end_session_endpoint")
    if not isinstance(endpoint, str):
        return None
    state = new_token()
    with transaction() as tx:
        logins.add_logout(tx, {"state": digest(state), "back_to": back_to, "expires_at": now + LIFETIME})
    parameters = {
        "id_token_hint": hint,
        "client_id": provider.settings.client_id,
        "post_logout_redirect_uri": f"{settings().server.issuer}/federation/signed_out",
        "state": state,
    }
    return with_query(endpoint, urlencode(parameters, quote_via=quote))


def origin(sid: str, now: int) -> str | None:
    """Scheme and host of `address`, for the CSP of the page whose form is redirected there."""
    row = logins.session(reading(), sid)
    try:
        endpoint = providers.find(row[0], now).document.get("end_session_endpoint") if row else None
    except Refusal:
        return None
    parts = urlsplit(str(endpoint or ""))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None


def come_back(state: str, now: int) -> str | None:
    """The target of our own logout for a browser that returns with its state; None for any other."""
    with transaction() as tx:
        return logins.signed_out(tx, digest(state[:200]), now)
