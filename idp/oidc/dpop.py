"""DPoP: a token that is worth nothing without its holder's key (RFC 9449).

Proofs bear a nonce of ours, so that none can be made in advance, and each is taken once.
"""

import logging
from typing import Any

from authlib.oauth2 import OAuth2Error
from flask import request as http
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

from idp.context import now, settings
from idp.database import transaction
from idp.oidc import client_keys
from idp.oidc.rules import dpop as rules
from idp.oidc.storage import assertions
from idp.security import digest
from keys.headers import AnyHeader

log = logging.getLogger(__name__)

LONGEST_PROOF = 8192


class BadProof(OAuth2Error):  # type: ignore[misc]
    """§5, §12.2: the answer never says what was wrong; the log does."""

    error = "invalid_dpop_proof"
    description = "The DPoP proof is missing or wrong."


class NonceAsked(OAuth2Error):  # type: ignore[misc]
    """§8: the client takes the nonce of the answer's DPoP-Nonce header and tries again."""

    error = "use_dpop_nonce"
    description = "The DPoP proof needs the nonce of this answer."


def proven(access_token: str | None = None) -> str | None:
    """Thumbprint (RFC 7638) of the key that this request proves; None for a request without a proof.

    `access_token`: the one that the request bears, at a protected resource. Raises BadProof, NonceAsked.
    """
    proof = http.headers.get("DPoP")
    if proof is None:
        return None
    claims, thumbprint = _verified(proof)
    uri = f"{settings().server.issuer}{http.path}"
    if fault := rules.claims_fault(claims, http.method, uri, access_token, now()):
        raise _bad(fault)
    if not rules.nonce_is_good(claims.get("nonce"), _key(), now()):
        raise NonceAsked()
    with transaction() as tx:
        until = now() + 2 * rules.WINDOW
        if not assertions.remember(tx, digest(f"dpop\0{thumbprint}\0{claims['jti']}"), until):
            raise _bad("jti was used before")
    return thumbprint


def nonce() -> str:
    """What goes into DPoP-Nonce of every answer to a request that bore a proof (§8.2)."""
    return rules.nonce(_key(), now())


def _verified(proof: str) -> tuple[dict[str, Any], str]:
    """The claims of a proof with a good signature of the key it names, and that key's thumbprint."""
    if len(proof) > LONGEST_PROOF or not proof.isascii():
        raise _bad("too long, or not ASCII")
    try:
        header = client_keys.header_of(proof)
        if fault := rules.header_fault(header):
            raise _bad(fault)
        key = JWKRegistry.import_key(header["jwk"])
        claims = client_keys.written(jwt.decode(proof, key, registry=AnyHeader([header["alg"]])).claims)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError, client_keys.BadJWT) as fault:
        raise _bad(type(fault).__name__) from fault
    if key.is_private:
        raise _bad("key")
    return claims, key.thumbprint()


def _key() -> bytes:
    return settings().secrets.secret_key.encode()


def _bad(reason: str) -> BadProof:
    log.info("DPoP proof refused at %s: %s", http.path, reason)
    return BadProof()
