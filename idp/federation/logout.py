"""A session that was opened over there ends there too (RP-Initiated Logout 1.0), and the browser comes back."""

from urllib.parse import quote, urlencode, urlsplit

from idp.context import settings
from idp.database import reading, transaction
from idp.federation import providers
from idp.federation.storage import logins
from idp.refusals import Refusal
from idp.sealing import unseal
from idp.security import digest, new_token
from keys.sealing import CannotUnseal

LIFETIME = 600


def address(sid: str, back_to: str, now: int) -> str | None:
    """Where the browser goes to end its session over there; None for a session of our own alone.

    `back_to`: where our own logout leads, already checked. A provider out of reach must not keep anybody signed in.
    """
    found = logins.session(reading(), sid)
    if found is None:
        return None
    try:
        provider = providers.find(found[0], now)
        hint = unseal(found[1], "federated id token").decode()
    except (Refusal, CannotUnseal):
        return None
    endpoint = provider.document.get("end_session_endpoint")
    if not isinstance(endpoint, str):
        return None
    state = new_token()
    with transaction() as tx:
        logins.add_logout(tx, {"state": digest(state), "back_to": back_to, "expires_at": now + LIFETIME})
    asked = {
        "id_token_hint": hint,
        "client_id": provider.settings.client_id,
        "post_logout_redirect_uri": f"{settings().server.issuer}/federation/signed_out",
        "state": state,
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked, quote_via=quote)}"


def origin(sid: str, now: int) -> str | None:
    """Scheme and host to which `address` will lead, for the page whose form is followed there."""
    found = logins.session(reading(), sid)
    try:
        endpoint = providers.find(found[0], now).document.get("end_session_endpoint") if found else None
    except Refusal:
        return None
    parts = urlsplit(str(endpoint or ""))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None


def come_back(state: str, now: int) -> str | None:
    """Where our own logout leads, for a browser that comes back with its state; None for any other."""
    with transaction() as tx:
        return logins.signed_out(tx, digest(state[:200]), now)
