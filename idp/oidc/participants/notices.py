"""One back-channel logout notice: the logout token, and its POST (OIDC Back-Channel Logout 1.0 §2.4, §2.5)."""

import secrets
from typing import Any

import requests

from idp.messages.delivery import DeliveryCode, DeliveryFault
from idp.network import outgoing_http
from idp.oidc import signing
from idp.oidc.clients import registry
from idp.oidc.tokens.subjects import subject_for
from idp.runtime.context import settings

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIFETIME = 120
PATIENCE = 5


class NotDelivered(DeliveryFault):
    """The relying party did not accept the notice; a later attempt may succeed."""


def deliver(payload: dict[str, Any], now: int) -> None:
    """Notify one relying party that a session has ended. Raises NotDelivered; the worker then retries."""
    client = registry.find(payload["client_id"])
    if client is None or client.registration.backchannel_logout_uri is None:
        return
    token = logout_token(client, payload["sid"], payload["subject"], now)
    try:
        with outgoing_http.Session() as http:
            response = http.post(
                client.registration.backchannel_logout_uri,
                data={"logout_token": token},
                timeout=PATIENCE,
                allow_redirects=False,
                stream=True,
            )
    except requests.RequestException as fault:
        raise NotDelivered(DeliveryCode.NO_ANSWER, type(fault).__name__) from fault
    if http.is_late:
        raise NotDelivered(DeliveryCode.TOO_SLOW)
    if response.status_code not in (200, 204):
        raise NotDelivered(DeliveryCode.ANSWERED, str(response.status_code))


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
