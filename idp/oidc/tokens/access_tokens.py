"""Access tokens: opaque by default; as JWTs for clients registered so (RFC 9068); for named resources (RFC 8707)."""

import secrets
from dataclasses import dataclass
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidGrantError

from idp.crypto.opaque_tokens import digest
from idp.crypto.ordered_ids import new_id, new_token_of
from idp.oidc import signing
from idp.oidc.clients.registry import Client
from idp.oidc.tokens import dpop
from idp.oidc.tokens.grants import GrantFacts, id_of_token
from idp.oidc.tokens.refresh_tokens import first_refresh_token
from idp.oidc.tokens.subjects import subject_for
from idp.runtime.context import settings


class InvalidTarget(OAuth2Error):  # type: ignore[misc]
    """RFC 8707 §2: a resource outside this client's registration or this grant."""

    error = "invalid_target"
    description = "A resource is not part of what was granted."


@dataclass(frozen=True)
class Issue:
    """The grant, audience and DPoP key that a new access token is bound to, and its time of issue (epoch seconds).

    `audience` empty: this provider's userinfo.
    """

    grant: GrantFacts
    audience: tuple[str, ...]
    dpop_jkt: str | None
    issued_at: int


def issue_for(grant: GrantFacts, request: Any, bound_to: str | None, credential: str) -> Issue:
    """What this token request's access token is bound to, with its DPoP proof checked.

    `bound_to`: thumbprint of the key that the code or refresh token (`credential`, for the description) is bound to.
    Raises dpop.BadProof, dpop.NonceAsked, InvalidGrantError (another key), InvalidTarget.
    """
    thumbprint = dpop.proven(request.now)
    if thumbprint is None and request.client.registration.dpop_bound_access_tokens:
        raise dpop.BadProof()
    if bound_to is not None and bound_to != thumbprint:
        raise InvalidGrantError(f"The {credential} is bound to another key.")
    audience = audience_of(grant, request.client, request.resources)
    return Issue(grant, audience, thumbprint, request.now)


def audience_of(grant: GrantFacts, client: Client, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The resources of one token: those asked for here, within those of the grant (RFC 8707 §2.2) and of the registration.

    Raises InvalidTarget.
    """
    registered = client.registration.resources
    within = tuple(uri for uri in grant.resources or registered if uri in registered)
    if any(uri not in within for uri in asked) or (grant.resources and not within):
        raise InvalidTarget()
    return asked or (within if grant.resources else ())


def generate(client: Client, issue: Issue, scope: str, with_refresh_token: bool) -> dict[str, Any]:
    """The token response of RFC 6749 §5.1. A refresh token needs `offline_access` in `scope` as well."""
    lifetime = settings().tokens.access
    token: dict[str, Any] = {
        "token_type": "DPoP" if issue.dpop_jkt else "Bearer",
        "access_token": new_token_of(new_id(issue.issued_at))
        if client.registration.access_token_format == "opaque"
        else _jwt(client, issue, scope, lifetime),
        "expires_in": lifetime,
        "scope": scope,
    }
    if with_refresh_token and "offline_access" in scope.split():
        token["refresh_token"] = first_refresh_token(issue.issued_at)
    return token


def generate_for_authlib(
    grant_type: str,
    client: Client,
    user: Issue,
    scope: str | None = None,
    expires_in: int | None = None,
    include_refresh_token: bool = True,
) -> dict[str, Any]:
    """The same in the shape that Authlib asks of a generator, for the device grant."""
    return generate(client, user, scope or "", include_refresh_token)


def row(token: dict[str, Any], issue: Issue) -> dict[str, Any]:
    """The database row of a new access token."""
    text = token["access_token"]
    its_digest = digest(text)
    return {
        "id": id_of_token(text, its_digest),
        "digest": its_digest,
        "grant_id": issue.grant.id,
        "scope": token["scope"],
        "issued_at": issue.issued_at,
        "expires_at": issue.issued_at + token["expires_in"],
        "audience": " ".join(issue.audience) or None,
        "dpop_jkt": issue.dpop_jkt,
    }


def _jwt(client: Client, issue: Issue, scope: str, lifetime: int) -> str:
    """RFC 9068 §2. It has a row as an opaque token has, so that revocation takes effect here at once."""
    grant, alg = issue.grant, client.registration.id_token_signed_response_alg
    signer = signing.keyring(issue.issued_at).signer(alg)
    issuer = settings().server.issuer
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": subject_for(client, grant.account.subject),
        "aud": (list(issue.audience) if len(issue.audience) > 1 else issue.audience[0])
        if issue.audience
        else issuer,
        "client_id": client.client_id,
        "iat": issue.issued_at,
        "exp": issue.issued_at + lifetime,
        "jti": secrets.token_hex(16),
        "scope": scope,
        "auth_time": grant.auth_time,
        "acr": grant.acr,
        "amr": list(grant.amr),
    }
    if issue.dpop_jkt is not None:
        claims["cnf"] = {"jkt": issue.dpop_jkt}
    return signer.jwt("at+jwt", claims)
