"""ID tokens (OpenID Connect Core §2)."""

import base64
import hashlib

from idp.oidc import signing
from idp.oidc.clients.registry import Client
from idp.oidc.rules import claims as rules
from idp.oidc.rules.claims_request import as_wanted
from idp.oidc.tokens.claims import person_claims
from idp.oidc.tokens.grants import GrantFacts
from idp.oidc.tokens.subjects import subject_for
from idp.runtime.context import settings

_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


def make_id_token(
    grant: GrantFacts, client: Client, access_token: str | None, now: int, first: bool = True
) -> str:
    """A signed ID token (OIDC Core §2). On refresh (not `first`) `auth_time` stays, and there is no nonce (§12.2)."""
    alg = client.registration.id_token_signed_response_alg
    signer = signing.keyring(now).signer(alg)
    asked = grant.claims.id_token
    names = rules.released((), tuple(asked), client.registration.scope, client.registration.service_claims)
    claims = as_wanted(person_claims(grant, client, names, now), asked) if names else {}
    claims |= {
        "iss": settings().server.issuer,
        "sub": subject_for(client, grant.account.subject),
        "aud": client.client_id,
        "iat": now,
        "exp": now + settings().tokens.id_token,
        "auth_time": grant.auth_time,
        "acr": grant.acr,
        "amr": list(grant.amr),
        "sid": grant.sid,
    }
    if grant.nonce is not None and first:
        claims["nonce"] = grant.nonce
    if access_token is not None:
        claims["at_hash"] = half_hash(access_token, alg)
    return signer.jwt("JWT", claims)


def half_hash(value: str, alg: str) -> str:
    """`at_hash` (OIDC Core §3.1.3.6): the left half of the hash that goes with `alg`; EdDSA on Ed25519 takes SHA-512."""
    hashed = _HASHES.get(alg[-3:], hashlib.sha512)(value.encode()).digest()
    return base64.urlsafe_b64encode(hashed[: len(hashed) // 2]).rstrip(b"=").decode()
