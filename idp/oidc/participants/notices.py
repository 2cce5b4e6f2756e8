"""One back-channel logout notice: the logout token, and its POST (OIDC Back-Channel Logout 1.0 §2.4, §2.5)."""

import secrets
from typing import Any

from idp.network.kept_sessions import KeptSessions
from idp.oidc import signing
from idp.oidc.clients import registry
from idp.oidc.tokens.subjects import subject_for
from idp.runtime.context import settings
from idp.services.notices import post, refused

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIFETIME = 120


NO_MATTER_OF_THE_DESTINATION = 400
"""Back-Channel Logout §2.8: this logout failed, or the request was invalid. Every other answer is about the whole service."""


def deliver(payload: dict[str, Any], now: int, http: KeptSessions) -> None:
    """Notify one relying party that a session has ended. Raises NotDelivered; the worker then retries."""
    client = registry.find(payload["client_id"])
    if client is None or client.registration.backchannel_logout_uri is None:
        return
    address = client.registration.backchannel_logout_uri
    token = logout_token(client, payload["sid"], payload["subject"], now)
    status = post(http, address, {"logout_token": token})
    if status not in (200, 204):
        raise refused(status, of_this_notice=status == NO_MATTER_OF_THE_DESTINATION)


def logout_token(client: registry.Client, sid: str, subject: str, now: int) -> str:
    """§2.4: signed like the client's ID tokens; without a nonce, so that it cannot be accepted as one."""
    alg = client.registration.id_token_signed_response_alg
    signer = signing.keyring(now).signer(alg)
    claims = {
        "iss": settings().server.issuer,
        "aud": client.client_id,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": secrets.token_hex(16),
        "sub": subject_for(client, subject),
        "sid": sid,
        "events": {EVENT: {}},
    }
    return signer.jwt("logout+jwt", claims)
