"""Refresh tokens: rotated at each use, reuse noticed (RFC 6749 §6, RFC 9700 §4.14).

A token is `<family>.<random>`. Its successor is a keyed digest of it, so that a relying party whose answer was lost gets
the SAME successor again within the grace; any older token ends the family and all that hangs on it.

A client whose tokens are bound to its own key or authentication may be registered to keep one refresh token
(`refresh_token_rotation` false): FAPI 2.0 §5.3.2.1 asks not to rotate.
"""

import logging
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, grants
from authlib.oauth2.rfc6749.errors import InvalidScopeError
from authlib.oidc.core import OpenIDToken
from sqlalchemy import Row

from idp.context import now, settings
from idp.database import reading, transaction
from idp.oidc import access_tokens, availability, client_authentication, dpop, tokens
from idp.oidc.access_tokens import Issue
from idp.oidc.clients import Client
from idp.oidc.refresh_tokens import family_of, successor
from idp.oidc.storage import grants as storage
from idp.security import digest, same

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Presented:
    """A refresh token that may be used now. `again`: it is the direct predecessor, within its grace."""

    text: str
    family: str
    again: bool
    grant: tokens.GrantFacts
    dpop_jkt: str | None

    def check_client(self, client: Client) -> bool:
        return self.grant.client_id == client.client_id

    def get_scope(self) -> str:
        return " ".join(self.grant.scope)


def find(refresh_token: str, client: Client, moment: int) -> Presented | None:
    """The token of `client` if it lives. One that was replaced longer ago than the grace ends its family.

    Another client's is as unknown as none: whoever has heard of a family must not be able to end it.
    """
    row = _living_family(refresh_token, moment)
    if row is None or row.client_id != client.client_id:
        return None
    presented = digest(refresh_token)
    current = same(presented, row.digest)
    again = (
        same(presented, row.previous_digest or "")
        and moment - row.rotated_at <= settings().tokens.refresh_grace
    )
    if current or again:
        return Presented(refresh_token, row.family_id, again, tokens.grant_of(row), row.family_jkt)
    log.warning("an old refresh token of client %s was presented: its family is revoked", row.client_id)
    with transaction() as tx:
        storage.revoke(tx, row.grant_id, moment)
    return None


def peek(refresh_token: str, moment: int) -> Presented | None:
    """The token if it is the one in force; nothing happens to its family if it is not."""
    row = _living_family(refresh_token, moment)
    if row is None or not same(digest(refresh_token), row.digest):
        return None
    return Presented(refresh_token, row.family_id, False, tokens.grant_of(row), row.family_jkt)


def _living_family(refresh_token: str, moment: int) -> Row[Any] | None:
    family = family_of(refresh_token)
    if len(refresh_token) > 200 or not family:
        return None
    row = storage.find_family(reading(), family)
    if row is None or not row.holder_may or row.expires_at <= moment:
        return None
    return None if row.rotated_at + settings().tokens.refresh_idle <= moment else row


class RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    """Authlib conducts; `revoke_old_credential` is the one write."""

    TOKEN_ENDPOINT_AUTH_METHODS = client_authentication.METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Presented | None:
        client, moment = self.request.client, now()
        found = find(refresh_token, client, moment)
        if found is None or found.grant.account.profile not in client.registration.accepted_profiles:
            return None
        return None if availability.why_closed(client, found.grant.account, moment) else found

    def authenticate_user(self, refresh_token: Presented) -> Issue:
        """Authlib hands this on to the token generator."""
        client = self.request.client
        thumbprint = dpop.proven()
        if thumbprint is None and client.registration.dpop_bound_access_tokens:
            raise dpop.BadProof()
        if refresh_token.dpop_jkt is not None and refresh_token.dpop_jkt != thumbprint:
            raise InvalidGrantError("The refresh token is bound to another key.")
        grant = refresh_token.grant
        audience = access_tokens.audience_of(grant, client, self.request.resources)
        self.request.issue = Issue(grant, audience, thumbprint)
        return self.request.issue  # type: ignore[no-any-return]

    def _validate_token_scope(self, token: Presented) -> None:
        """A scope that was asked at the start and not granted is left out quietly; a new one is invalid_scope."""
        asked = (self.request.payload.scope or "").split()
        if any(word not in token.grant.asked_scope for word in asked):
            raise InvalidScopeError("A scope was not part of the original request.")

    def issue_token(self, user: Any, refresh_token: Presented) -> dict[str, Any]:
        asked = (self.request.payload.scope or "").split()
        # What was taken from the registration meanwhile is granted no more.
        registered = self.request.client.registration.scope
        scope = [
            word for word in refresh_token.grant.scope if word in registered and (not asked or word in asked)
        ]
        token: dict[str, Any] = self.generate_token(
            user=user, scope=" ".join(scope), include_refresh_token=False
        )
        keeps = not self.request.client.registration.refresh_token_rotation
        token["refresh_token"] = refresh_token.text if keeps else successor(refresh_token.text)
        return token

    def save_token(self, token: dict[str, Any]) -> None:
        self.request.credential = token

    def revoke_old_credential(self, refresh_token: Presented) -> None:
        """Put the successor in force and keep the access token, in one transaction.

        Of many at once one rotates; the others find the predecessor within its grace, and get the same successor.
        """
        token, moment = self.request.credential, now()
        # RFC 9449 §5: a public client's token is bound to the first key that it proves.
        key = self.request.issue.dpop_jkt if self.request.client.registration.is_public else None
        with transaction(durable=False) as tx:
            replacing = (digest(refresh_token.text), digest(token["refresh_token"]))
            if refresh_token.text == token["refresh_token"]:
                storage.touch_family(tx, refresh_token.family, moment, key)
            elif not refresh_token.again and not storage.rotate(
                tx, refresh_token.family, *replacing, moment, key
            ):
                row = storage.find_family(tx, refresh_token.family)
                if row is None or not same(row.previous_digest or "", replacing[0]):
                    raise InvalidGrantError("The refresh token was used before.")
            storage.add_token(tx, access_tokens.row(token, self.request.issue, moment))


class IDTokenForRefresh(OpenIDToken):  # type: ignore[misc]
    """The new ID token keeps iss, sub, aud and auth_time of the first (OIDC Core §12.2)."""

    def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
        grant = request.refresh_token.grant
        return tokens.id_token(grant, request.client, token["access_token"], now(), first=False)
