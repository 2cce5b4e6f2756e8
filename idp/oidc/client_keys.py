"""The public keys of a client, from its registration or from its jwks_uri, and JWTs that it has signed with one.

Neither key nor algorithm is ever taken from a token's header: the header's `kid` only chooses among the registered ones.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from idp.oidc import fetching
from idp.oidc.clients import Client
from keys.headers import AnyHeader

LONGEST_JWT = 16_384


class BadJWT(Exception):
    """The JWT is not one that this client has signed; the message names the reason for the log."""


def claims_of(token: str, client: Client, algorithms: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(header, claims) of a JWT with a good signature of `client`. Nothing is said of its claims yet. Raises BadJWT."""
    if len(token) > LONGEST_JWT or not token.isascii():
        raise BadJWT("too long, or not ASCII")
    header = header_of(token)
    # RFC 7515 §4.1.11: extensions that are not understood must be refused; none is understood.
    if "crit" in header:
        raise BadJWT("crit")
    try:
        keys = KeySet.import_key_set(_keys(client, header.get("kid")))  # type: ignore[arg-type]
        found = jwt.decode(token, keys, registry=AnyHeader(algorithms))
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as fault:
        raise BadJWT(type(fault).__name__) from fault
    except fetching.NotFetched as fault:
        raise BadJWT(f"jwks_uri: {fault}") from fault
    return header, written(found.claims)


def written(found: Any) -> dict[str, Any]:
    """A JSON object that can be written down again: JSON's escapes can spell half a character. Raises BadJWT."""
    if not isinstance(found, dict):
        raise BadJWT("header or claims are not an object")
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise BadJWT("it holds what is no text") from None
    return found


def header_of(token: str) -> dict[str, Any]:
    """The header as it is written, unverified. Raises BadJWT."""
    return _part(token, 0)


def claims_as_written(token: str) -> dict[str, Any]:
    """The claims, unverified: good for nothing but to know whose keys to verify them with. Raises BadJWT."""
    return _part(token, 1)


def _part(token: str, number: int) -> dict[str, Any]:
    parts = token[:LONGEST_JWT].split(".")
    try:
        text = parts[number]
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (IndexError, binascii.Error, ValueError, RecursionError):
        raise BadJWT("it cannot be read") from None
    return written(found)


def _keys(client: Client, kid: object) -> dict[str, Any]:
    said = client.registration
    if said.jwks is not None:
        return said.jwks
    if said.jwks_uri is not None:
        return fetching.key_set(client.client_id, said.jwks_uri, kid if isinstance(kid, str) else None)
    raise BadJWT("no keys are registered")
