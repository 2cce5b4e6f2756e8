"""What it costs to revoke a key in an emergency: said before the button."""

from dataclasses import dataclass

from idp.context import settings
from idp.database import reading
from idp.oidc import clients
from idp.oidc.storage import grants
from keys.rotation import KeyRecord


@dataclass(frozen=True)
class Cost:
    """`services` use the key's algorithm; up to `tokens` ID tokens that it may have signed are still valid;
    relying parties that cache the JWKS meet an unknown key for up to `minutes`."""

    services: tuple[str, ...]
    tokens: int
    minutes: int


def cost_of(key: KeyRecord, now: int) -> Cost:
    """What withdrawing `key` at once would mean."""
    using = [one for one in clients.every() if one.registration.id_token_signed_response_alg == key.alg]
    since = now - settings().tokens.id_token
    living = grants.issued_since(reading(), [one.client_id for one in using], since)
    names = tuple(one.registration.client_name for one in using)
    return Cost(names, living, settings().keys.jwks_cache // 60)
