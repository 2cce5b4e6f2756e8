"""The cost of revoking a key in an emergency; the page shows it beside the button."""

from dataclasses import dataclass

from idp.database.engine import reading
from idp.oidc.clients import registry
from idp.oidc.storage import grants
from idp.runtime.context import settings
from keys.rotation import KeyRecord


@dataclass(frozen=True)
class Cost:
    """`services` use the key's algorithm; up to `tokens` ID tokens that it may have signed are still valid;
    relying parties that cache the JWKS do not know the next key for up to `minutes`."""

    services: tuple[str, ...]
    tokens: int
    minutes: int


def cost_of(key: KeyRecord, now: int) -> Cost:
    """The cost of revoking `key` at once."""
    using = [
        client for client in registry.every() if client.registration.id_token_signed_response_alg == key.alg
    ]
    since = now - settings().tokens.id_token
    living = grants.issued_since(reading(), [client.client_id for client in using], since)
    names = tuple(client.registration.client_name for client in using)
    return Cost(names, living, settings().keys.jwks_cache // 60)
