"""Limits on rows that a client causes before a person signs in: pushed requests (RFC 9126) and device codes (RFC 8628).

A public client is not authenticated, and its id is public: its rows are counted by network address.
"""

from authlib.oauth2 import OAuth2Error

from idp.database.engine import Connection
from idp.limits.storage import rate_limits
from idp.oidc.clients.registry import Client
from idp.runtime.context import address


class TooMany(OAuth2Error):  # type: ignore[misc]
    """RFC 9126 §2.3: the number of requests is exceeded for a while."""

    error = "temporarily_unavailable"
    description = "Too many requests. Come back later."
    status_code = 429

    def get_headers(self) -> list[tuple[str, str]]:
        return [*super().get_headers(), ("Retry-After", str(rate_limits.WINDOW))]


def take_in(tx: Connection, kind: str, client: Client, now: int) -> None:
    """Count a row of `kind` written for `client` in this transaction. Raises TooMany."""
    if client.registration.is_public:
        within_budget = rate_limits.take(tx, f"{kind}\0{client.client_id}", address(), now)
    else:
        within_budget = rate_limits.take_for_client(tx, kind, client.client_id, now)
    if not within_budget:
        raise TooMany()
