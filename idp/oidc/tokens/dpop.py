"""DPoP: tokens bound to a key of the client (RFC 9449).

Proofs contain our nonce, so that none can be generated in advance, and each is accepted once.
"""

import logging
from typing import Any

from authlib.oauth2 import OAuth2Error
from flask import request as http
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

from idp.crypto.opaque_tokens import digest
from idp.database.engine import Connection
from idp.limits.storage import used_once
from idp.oidc.clients import keys
from idp.oidc.tokens.rules import dpop as rules
from idp.runtime.context import incoming, settings
from keys.headers import AnyHeader

log = logging.getLogger(__name__)

LONGEST_PROOF = 8192


class BadProof(OAuth2Error):  # type: ignore[misc]
    """§5, §12.2: the response gives no reason; the log does."""

    error = "invalid_dpop_proof"
    description = "The DPoP proof is missing or wrong."


class NonceAsked(OAuth2Error):  # type: ignore[misc]
    """§8: the client retries with the nonce of the DPoP-Nonce header."""

    error = "use_dpop_nonce"
    description = "The DPoP proof needs the nonce of this answer."


def proven(now: int, access_token: str | None = None) -> str | None:
    """Thumbprint (RFC 7638) of the key of this request's DPoP proof; None for a request without a proof.

    `access_token`: the token presented with the proof, at a protected resource. Raises BadProof, NonceAsked.
    """
    request = incoming()
    assert request is not None
    proof = request.environ.get("HTTP_DPOP")
    if proof is None:
        return None
    claims, thumbprint = _verified(proof)
    uri = f"{settings().server.issuer}{http.path}"
    if fault := rules.claims_fault(claims, http.method, uri, access_token, now):
        raise _bad(fault)
    if not rules.nonce_is_good(claims.get("nonce"), _key(), now):
        raise NonceAsked()
    http.environ["idp.dpop"] = digest(f"dpop\0{thumbprint}\0{claims['jti']}")
    return thumbprint


def use_in(tx: Connection, now: int) -> None:
    """Record this request's proof as used, in the transaction of the act (§11.1). Raises BadProof if it was used before.

    Anybody can generate keys and proofs: a proof sent with a wrong code or token must not leave a row.
    """
    request = incoming()
    assert request is not None
    proof = request.environ.get("idp.dpop")
    if proof is not None and not used_once.use(tx, proof, now + 2 * rules.WINDOW):
        raise _bad("jti was used before")


def nonce(now: int) -> str:
    """The DPoP-Nonce of every response to a request with a proof (§8.2)."""
    return rules.nonce(_key(), now)


def _verified(proof: str) -> tuple[dict[str, Any], str]:
    """The claims of a proof whose signature verifies under the key in its header, and that key's thumbprint."""
    if len(proof) > LONGEST_PROOF or not proof.isascii():
        raise _bad("too long, or not ASCII")
    try:
        header = keys.header_of(proof)
        if fault := rules.header_fault(header):
            raise _bad(fault)
        key = JWKRegistry.import_key(header["jwk"])
        claims = keys.json_object(jwt.decode(proof, key, registry=AnyHeader([header["alg"]])).claims)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError, keys.BadJWT) as fault:
        raise _bad(type(fault).__name__) from fault
    if key.is_private:
        raise _bad("key")
    return claims, key.thumbprint()


def _key() -> bytes:
    return settings().secrets.secret_key.encode()


def _bad(reason: str) -> BadProof:
    log.info("DPoP proof refused at %s: %s", http.path, reason)
    return BadProof()
