"""`id_token_hint`: reading an ID token that we issued."""

from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from idp.oidc import signing
from idp.oidc.rules.media_types import is_one_of
from idp.oidc.tokens.grants import LONGEST_TOKEN
from idp.runtime.context import settings


def read_hint(token: str, now: int) -> dict[str, Any] | None:
    """The claims of an ID token that we issued, expired or not; None for anything else (OIDC Core §3.1.2.1).

    Only our algorithms and our keys are accepted, whatever the token's header names.
    """
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    keyring = signing.keyring(now)
    try:
        read = jwt.decode(token, keyring.hint_keys, algorithms=list(keyring.algorithms))
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        return None
    claims = read.claims
    is_from_us = claims.get("iss") == settings().server.issuer and isinstance(claims.get("aud"), str)
    # Our logout tokens and access tokens have a `typ` of their own and must not be accepted as ID tokens.
    is_id_token = (
        is_one_of(read.header.get("typ"), None, "JWT") and "crit" not in read.header and "auth_time" in claims
    )
    return dict(claims) if is_from_us and is_id_token and isinstance(claims.get("sub"), str) else None
