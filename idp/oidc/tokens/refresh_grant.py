"""Refresh tokens: rotation at each use, detection of reuse (RFC 6749 §6, RFC 9700 §4.14).

A token is `<family>.<random>`. Its successor is a keyed digest of it, so that a relying party that lost the response gets
the same successor again within the grace period; an older token revokes the family and its grant.

A client whose tokens are bound to its own key or authentication may be registered to keep one refresh token
(`refresh_token_rotation` false): FAPI 2.0 §5.3.2.1 forbids rotation.
"""

import logging
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, grants
from authlib.oauth2.rfc6749.errors import InvalidScopeError
from authlib.oidc.core import OpenIDToken

from idp.crypto.opaque_tokens import digest, same
from idp.database.engine import Row, reading, transaction
from idp.oidc.clients import authentication
from idp.oidc.clients.registry import Client
from idp.oidc.storage import grants as storage
from idp.oidc.tokens import access_tokens, dpop
from idp.oidc.tokens.access_tokens import Issue, issue_for
from idp.oidc.tokens.grants import GrantFacts, grant_of
from idp.oidc.tokens.id_token import make_id_token
from idp.oidc.tokens.refresh_tokens import family_of, successor
from idp.runtime.context import settings
from idp.services import access

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Presented:
    """A refresh token that may be used now. `again`: it is the direct predecessor, within its grace period."""

    text: str
    family: str
    again: bool
    grant: GrantFacts
    dpop_jkt: str | None

    def check_client(self, client: Client) -> bool:
        return self.grant.client_id == client.client_id

    def get_scope(self) -> str:
        return " ".join(self.grant.scope)


def find(refresh_token: str, client: Client, now: int) -> Presented | None:
    """The token if it belongs to `client` and is in force. A token replaced before the grace period revokes its family.

    Another client's token is treated as unknown: knowing a family id must not suffice to revoke it.
    """
    row = _open_family(refresh_token, now)
    if row is None or row.client_id != client.client_id:
        return None
    presented = digest(refresh_token)
    current = same(presented, row.digest)
    again = (
        same(presented, row.previous_digest or "") and now - row.rotated_at <= settings().tokens.refresh_grace
    )
    if current or again:
        return Presented(refresh_token, row.family_id, again, grant_of(row), row.family_jkt)
    log.warning("an old refresh token of client %s was presented: its family is revoked", row.client_id)
    with transaction() as tx:
        storage.revoke(tx, row.grant_id, now)
    return None


def peek(refresh_token: str, now: int) -> Presented | None:
    """The token if it is in force; unlike `find`, an older token has no effect on its family."""
    row = _open_family(refresh_token, now)
    if row is None or not same(digest(refresh_token), row.digest):
        return None
    return Presented(refresh_token, row.family_id, False, grant_of(row), row.family_jkt)


def _open_family(refresh_token: str, now: int) -> Row[Any] | None:
    family = family_of(refresh_token)
    if len(refresh_token) > 200 or not family:
        return None
    row = storage.find_family(reading(), family)
    if row is None or not row.holder_may or row.expires_at <= now:
        return None
    return None if row.rotated_at + settings().tokens.refresh_idle <= now else row


class RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    """Authlib runs the steps; `revoke_old_credential` is the only write."""

    TOKEN_ENDPOINT_AUTH_METHODS = authentication.METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Presented | None:
        client, now = self.request.client, self.request.now
        token = find(refresh_token, client, now)
        if token is None or token.grant.account.profile not in client.registration.accepted_profiles:
            return None
        return None if access.why_closed(client.service, token.grant.account, now) else token

    def authenticate_user(self, refresh_token: Presented) -> Issue:
        """The `user` that Authlib passes to the token generator."""
        self.request.issue = issue_for(
            refresh_token.grant, self.request, refresh_token.dpop_jkt, "refresh token"
        )
        return self.request.issue  # type: ignore[no-any-return]

    def _validate_token_scope(self, token: Presented) -> None:
        """A scope that was requested at the start but not granted is ignored; a new scope is invalid_scope."""
        asked = (self.request.payload.scope or "").split()
        if any(word not in token.grant.asked_scope for word in asked):
            raise InvalidScopeError("A scope was not part of the original request.")

    def issue_token(self, user: Any, refresh_token: Presented) -> dict[str, Any]:
        asked = (self.request.payload.scope or "").split()
        # A scope removed from the registration since then is no longer granted.
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
        """Rotate to the successor and store the access token in one transaction.

        Of several concurrent requests one rotates; the others present the predecessor within its grace period and get the same
        successor.
        """
        token, now = self.request.credential, self.request.now
        # RFC 9449 §5: a public client's token is bound to the first key that it proves.
        key = self.request.issue.dpop_jkt if self.request.client.registration.is_public else None
        with transaction(durable=False) as tx:
            dpop.use_in(tx, now)
            replacing = (digest(refresh_token.text), digest(token["refresh_token"]))
            if refresh_token.text == token["refresh_token"]:
                storage.touch_family(tx, refresh_token.family, now, key)
            elif not refresh_token.again and not storage.rotate(
                tx, refresh_token.family, *replacing, now, key
            ):
                row = storage.find_family(tx, refresh_token.family)
                if row is None or not same(row.previous_digest or "", replacing[0]):
                    raise InvalidGrantError("The refresh token was used before.")
            storage.add_token(tx, access_tokens.row(token, self.request.issue))


class IDTokenForRefresh(OpenIDToken):  # type: ignore[misc]
    """The new ID token has the iss, sub, aud and auth_time of the first one (OIDC Core §12.2)."""

    def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
        grant = request.refresh_token.grant
        return make_id_token(grant, request.client, token["access_token"], request.now, first=False)
