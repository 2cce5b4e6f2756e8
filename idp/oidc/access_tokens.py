"""Access tokens: opaque by default; as JWTs for clients registered so (RFC 9068); for named resources (RFC 8707)."""

import secrets
from dataclasses import dataclass
from typing import Any

from authlib.oauth2 import OAuth2Error
from joserfc import jwt

from idp.context import now, settings
from idp.oidc import signing, tokens
from idp.oidc.clients import Client
from idp.oidc.refresh_tokens import first_refresh_token
from idp.security import digest, new_token


class InvalidTarget(OAuth2Error):  # type: ignore[misc]
    """RFC 8707 §2: a resource that this client, or this grant, does not reach."""

    error = "invalid_target"
    description = "A resource is not part of what was granted."


@dataclass(frozen=True)
class Issue:
    """For whom and for where an access token is made. `audience` empty: this provider's userinfo."""

    grant: tokens.GrantFacts
    audience: tuple[str, ...]
    dpop_jkt: str | None


def audience_of(grant: tokens.GrantFacts, client: Client, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The resources of one token: those asked for here, within those of the grant (RFC 8707 §2.2) and of the registration.

    Raises InvalidTarget.
    """
    registered = client.registration.resources
    within = tuple(one for one in grant.resources or registered if one in registered)
    if any(one not in within for one in asked) or (grant.resources and not within):
        raise InvalidTarget()
    return asked or (within if grant.resources else ())


def generate(
    grant_type: str,
    client: Client,
    user: Issue,
    scope: str | None = None,
    expires_in: int | None = None,
    include_refresh_token: bool = True,
) -> dict[str, Any]:
    """The token answer of RFC 6749 §5.1, in the shape that Authlib asks of a generator."""
    words = scope or ""
    lifetime = settings().tokens.access
    token: dict[str, Any] = {
        "token_type": "DPoP" if user.dpop_jkt else "Bearer",
        "access_token": new_token()
        if client.registration.access_token_format == "opaque"
        else _jwt(client, user, words, now(), lifetime),
        "expires_in": lifetime,
        "scope": words,
    }
    if include_refresh_token and "offline_access" in words.split():
        token["refresh_token"] = first_refresh_token()
    return token


def row(token: dict[str, Any], issue: Issue, moment: int) -> dict[str, Any]:
    """The row that keeps a fresh access token."""
    return {
        "digest": digest(token["access_token"]),
        "grant_id": issue.grant.id,
        "scope": token["scope"],
        "issued_at": moment,
        "expires_at": moment + token["expires_in"],
        "audience": " ".join(issue.audience) or None,
        "dpop_jkt": issue.dpop_jkt,
    }


def _jwt(client: Client, issue: Issue, scope: str, moment: int, lifetime: int) -> str:
    """RFC 9068 §2. It is kept like any other, so that revocation ends it here at once."""
    grant, alg = issue.grant, client.registration.id_token_signed_response_alg
    kid, key = signing.keyring().signing_key(alg)
    issuer = settings().server.issuer
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": tokens.subject(client, grant.account.subject),
        "aud": (list(issue.audience) if len(issue.audience) > 1 else issue.audience[0])
        if issue.audience
        else issuer,
        "client_id": client.client_id,
        "iat": moment,
        "exp": moment + lifetime,
        "jti": secrets.token_hex(16),
        "scope": scope,
        "auth_time": grant.auth_time,
        "acr": grant.acr,
        "amr": list(grant.amr),
    }
    if issue.dpop_jkt is not None:
        claims["cnf"] = {"jkt": issue.dpop_jkt}
    return jwt.encode({"alg": alg, "kid": kid, "typ": "at+jwt"}, claims, key, algorithms=[alg])
