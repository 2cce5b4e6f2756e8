"""One back-channel logout notice: the logout token, and its POST (OIDC Back-Channel Logout 1.0 §2.4, §2.5)."""

import secrets
from typing import Any

import requests
from joserfc import jwt

from idp import outgoing
from idp.context import settings
from idp.oidc import clients, signing, tokens

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIFETIME = 120
PATIENCE = 5


class NotDelivered(Exception):
    """The relying party did not accept the notice; the message says what it did, without its body."""


def deliver(payload: dict[str, Any], now: int) -> None:
    """Tell one relying party that a session has ended. Raises NotDelivered, after which the worker tries again."""
    client = clients.find(payload["client_id"])
    if client is None or client.registration.backchannel_logout_uri is None:
        return
    token = logout_token(client, payload["sid"], payload["subject"], now)
    try:
        with outgoing.Session() as http:
            response = http.post(
                client.registration.backchannel_logout_uri,
                data={"logout_token": token},
                timeout=PATIENCE,
                allow_redirects=False,
                stream=True,
            )
    except requests.RequestException as fault:
        raise NotDelivered(f"no answer: {type(fault).__name__}") from fault
    if http.is_late:
        raise NotDelivered("answered too slowly")
    if response.status_code not in (200, 204):
        raise NotDelivered(f"answered {response.status_code}")


def logout_token(client: clients.Client, sid: str, subject: str, now: int) -> str:
    """§2.4: signed like the client's ID tokens; never a nonce, so that it cannot pass for one of them."""
    alg = client.registration.id_token_signed_response_alg
    kid, key = signing.keyring().signing_key(alg)
    claims = {
        "iss": settings().server.issuer,
        "aud": client.client_id,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": secrets.token_hex(16),
        "sub": tokens.subject(client, subject),
        "sid": sid,
        "events": {EVENT: {}},
    }
    return jwt.encode({"alg": alg, "kid": kid, "typ": "logout+jwt"}, claims, key, algorithms=[alg])
