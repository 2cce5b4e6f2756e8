"""The public keys of a client, from its registration or its jwks_uri, and verification of JWTs that it signed.

Neither key nor algorithm is taken from a token's header: its `kid` only selects among the registered keys.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from idp.oidc.clients import remote_documents
from idp.oidc.clients.registry import Client
from keys.headers import AnyHeader

LONGEST_JWT = 16_384


class BadJWT(Exception):
    """The JWT is malformed or not signed by this client; the message is the reason for the log."""


def claims_of(
    token: str, client: Client, algorithms: Sequence[str], now: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(header, claims) of a JWT that `client` signed. Only the signature is verified, not the claims. Raises BadJWT."""
    if len(token) > LONGEST_JWT or not token.isascii():
        raise BadJWT("too long, or not ASCII")
    header = header_of(token)
    # RFC 7515 §4.1.11: unknown extensions must be refused; we know none.
    if "crit" in header:
        raise BadJWT("crit")
    try:
        keys = KeySet.import_key_set(_keys(client, header.get("kid"), now))  # type: ignore[arg-type]
        token_read = jwt.decode(token, keys, registry=AnyHeader(algorithms))
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as fault:
        raise BadJWT(type(fault).__name__) from fault
    except remote_documents.NotFetched as fault:
        raise BadJWT(f"jwks_uri: {fault}") from fault
    return header, json_object(token_read.claims)


def json_object(value: Any) -> dict[str, Any]:
    """Raises BadJWT unless `value` is an object that can be encoded as UTF-8: JSON escapes can form lone surrogates."""
    if not isinstance(value, dict):
        raise BadJWT("header or claims are not an object")
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise BadJWT("it contains a lone surrogate, or is nested too deeply") from None
    return value


def header_of(token: str) -> dict[str, Any]:
    """The unverified header. Raises BadJWT."""
    return _part(token, 0)


def unverified_claims(token: str) -> dict[str, Any]:
    """The unverified claims: only to select the keys to verify them with. Raises BadJWT."""
    return _part(token, 1)


def _part(token: str, number: int) -> dict[str, Any]:
    parts = token[:LONGEST_JWT].split(".")
    try:
        text = parts[number]
        value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (IndexError, binascii.Error, ValueError, RecursionError):
        raise BadJWT("it cannot be read") from None
    return json_object(value)


def _keys(client: Client, kid: object, now: int) -> dict[str, Any]:
    registration = client.registration
    if registration.jwks is not None:
        return registration.jwks
    if registration.jwks_uri is not None:
        return remote_documents.key_set(
            client.client_id, registration.jwks_uri, kid if isinstance(kid, str) else None, now
        )
    raise BadJWT("no keys are registered")
