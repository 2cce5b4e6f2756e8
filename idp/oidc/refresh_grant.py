"""Refresh tokens: rotated at each use, reuse noticed (RFC 6749 §6, RFC 9700 §4.14).

A token is `<family>.<random>`. Its successor is a keyed digest of it, so that a relying party whose answer was lost gets
the SAME successor again within the grace; any older token ends the family and all that hangs on it.
"""

import base64
import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, grants
from authlib.oauth2.rfc6749.errors import InvalidScopeError
from authlib.oidc.core import OpenIDToken
from sqlalchemy import Row

from idp.context import now, settings
from idp.database import reading, transaction
from idp.oidc import availability, client_authentication, clients, tokens
from idp.oidc.clients import Client
from idp.oidc.code_grant import access_token_row
from idp.oidc.storage import grants as storage
from idp.security import digest, new_token, same

log = logging.getLogger(__name__)


def first_refresh_token() -> str:
    """The first of a new family."""
    return f"{secrets.token_hex(16)}.{new_token()}"


def successor(refresh_token: str) -> str:
    """What replaces `refresh_token`: always the same, and unknowable without the server's key."""
    key = settings().secrets.secret_key.encode()
    mac = hmac.new(key, f"refresh\0{refresh_token}".encode(), hashlib.sha256).digest()
    return f"{refresh_token.partition('.')[0]}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@dataclass(frozen=True)
class Presented:
    """A refresh token that may be used now. `again`: it is the direct predecessor, within its grace."""

    text: str
    family: str
    again: bool
    grant: tokens.GrantFacts

    def check_client(self, client: Client) -> bool:
        return self.grant.client_id == client.client_id

    def get_scope(self) -> str:
        return " ".join(self.grant.scope)


def find(refresh_token: str, moment: int) -> Presented | None:
    """The token if it lives. One that was replaced longer ago than the grace ends its family."""
    row = _living_family(refresh_token, moment)
    if row is None:
        return None
    presented = digest(refresh_token)
    current = same(presented, row.digest)
    again = (
        same(presented, row.previous_digest or "")
        and moment - row.rotated_at <= settings().tokens.refresh_grace
    )
    if current or again:
        return Presented(refresh_token, row.family_id, again, tokens.grant_of(row))
    log.warning("an old refresh token of client %s was presented: its family is revoked", row.client_id)
    with transaction() as tx:
        storage.revoke(tx, row.grant_id, moment)
    return None


def peek(refresh_token: str, moment: int) -> Presented | None:
    """The token if it is the one in force; nothing happens to its family if it is not."""
    row = _living_family(refresh_token, moment)
    if row is None or not same(digest(refresh_token), row.digest):
        return None
    return Presented(refresh_token, row.family_id, False, tokens.grant_of(row))


def _living_family(refresh_token: str, moment: int) -> Row[Any] | None:
    family = refresh_token.partition(".")[0]
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
        found = find(refresh_token, now())
        client = clients.find(found.grant.client_id) if found else None
        if found and client and availability.why_closed(client, found.grant.account, now()):
            return None
        return found

    def authenticate_user(self, refresh_token: Presented) -> Any:
        return refresh_token.grant.account

    def _validate_token_scope(self, token: Presented) -> None:
        """A scope that was asked at the start and not granted is left out quietly; a new one is invalid_scope."""
        asked = (self.request.payload.scope or "").split()
        if any(word not in token.grant.asked_scope for word in asked):
            raise InvalidScopeError("A scope was not part of the original request.")

    def issue_token(self, user: Any, refresh_token: Presented) -> dict[str, Any]:
        asked = (self.request.payload.scope or "").split()
        scope = [word for word in refresh_token.grant.scope if not asked or word in asked]
        token: dict[str, Any] = self.generate_token(
            user=user, scope=" ".join(scope), include_refresh_token=False
        )
        token["refresh_token"] = successor(refresh_token.text)
        return token

    def save_token(self, token: dict[str, Any]) -> None:
        self.request.credential = token

    def revoke_old_credential(self, refresh_token: Presented) -> None:
        """Put the successor in force and keep the access token, in one transaction.

        Of many at once one rotates; the others find the predecessor within its grace, and get the same successor.
        """
        token, moment = self.request.credential, now()
        with transaction(durable=False) as tx:
            replacing = (digest(refresh_token.text), digest(token["refresh_token"]))
            if not refresh_token.again and not storage.rotate(tx, refresh_token.family, *replacing, moment):
                row = storage.find_family(tx, refresh_token.family)
                if row is None or not same(row.previous_digest or "", replacing[0]):
                    raise InvalidGrantError("The refresh token was used before.")
            storage.add_token(tx, access_token_row(token, refresh_token.grant, moment))


class IDTokenForRefresh(OpenIDToken):  # type: ignore[misc]
    """The new ID token keeps iss, sub, aud and auth_time of the first (OIDC Core §12.2)."""

    def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
        return tokens.id_token(request.refresh_token.grant, request.client, token["access_token"], now())
