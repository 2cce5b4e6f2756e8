"""Refresh tokens: rotation at each use, detection of reuse (RFC 6749 §6, RFC 9700 §4.14).

A token is `<family>.<random>`. Its successor is a keyed digest of it, so that a relying party that lost the response gets
the same successor again within the grace period; an older token revokes the family and its grant.

A client whose tokens are bound to its own key or authentication may be registered to keep one refresh token
(`refresh_token_rotation` false): FAPI 2.0 §5.3.2.1 forbids rotation.
"""

import logging
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc6749.errors import InvalidScopeError

from idp.crypto.opaque_tokens import digest, same
from idp.database.engine import Connection, Row, transaction
from idp.database.generation import first_row
from idp.oidc.clients import authentication
from idp.oidc.clients.registry import Client
from idp.oidc.storage import grants as storage
from idp.oidc.tokens import access_tokens, dpop
from idp.oidc.tokens.access_tokens import Issue, issue_for
from idp.oidc.tokens.grants import GrantFacts, grant_of
from idp.oidc.tokens.id_token import make_id_token
from idp.oidc.tokens.refresh_tokens import family_of, successor
from idp.oidc.tokens.token_request import TokenRequest, require_grant_type
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

    def get_scope(self) -> str:
        return " ".join(self.grant.scope)


def find(refresh_token: str, row: Row[Any] | None, client: Client, now: int) -> Presented | None:
    """The token of the family `row` if it belongs to `client` and is in force. A token replaced before the grace period revokes its family.

    Another client's token is treated as unknown: knowing a family id must not suffice to revoke it.
    """
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
    row = first_row(lambda connection: storage.find_family(connection, family))
    if row is None or not row.holder_may or row.expires_at <= now:
        return None
    return None if row.rotated_at + settings().tokens.refresh_idle <= now else row


def answer(request: TokenRequest) -> dict[str, Any]:
    """The response to a refresh token at /token (RFC 6749 §6). One transaction writes. Raises OAuth2Error.

    The new ID token has the iss, sub, aud and auth_time of the first one (OIDC Core §12.2).
    """
    text = request.form.get("refresh_token")
    # Before the client is checked: one statement with the generation of the clients.
    row = None if text is None else _open_family(text, request.now)
    client = authentication.authenticate(request)
    require_grant_type(client, "refresh_token")
    if text is None:
        raise InvalidRequestError("refresh_token is missing.")
    presented = _usable(text, row, client, request.now)
    scope = _narrowed(presented.grant, client, request.form.get("scope", ""))
    issue = issue_for(presented.grant, request, presented.dpop_jkt, "refresh token")
    token = access_tokens.generate(client, issue, " ".join(scope), with_refresh_token=False)
    keeps = not client.registration.refresh_token_rotation
    token["refresh_token"] = text if keeps else successor(text)
    with transaction(durable=False) as tx:
        _replace_in(tx, presented, token, issue, client)
    if "openid" in scope:
        token["id_token"] = make_id_token(
            presented.grant, client, token["access_token"], request.now, first=False
        )
    return token


def _usable(text: str, row: Row[Any] | None, client: Client, now: int) -> Presented:
    """The presented token, if its person may still use this service. Raises InvalidGrantError."""
    presented = find(text, row, client, now)
    if presented is not None:
        account = presented.grant.account
        accepted = account.profile in client.registration.accepted_profiles
        if accepted and not access.why_closed(client.service, account, now):
            return presented
    raise InvalidGrantError("The refresh token is unknown, has expired or was used before.")


def _narrowed(grant: GrantFacts, client: Client, asked: str) -> list[str]:
    """The scope of the new access token. Raises InvalidScopeError for a word outside the original request.

    A scope that was requested at the start but not granted is ignored. A scope removed from the registration since then is
    no longer granted.
    """
    words = asked.split()
    if any(word not in grant.asked_scope for word in words):
        raise InvalidScopeError("A scope was not part of the original request.")
    registered = client.registration.scope
    return [word for word in grant.scope if word in registered and (not words or word in words)]


def _replace_in(
    tx: Connection, presented: Presented, token: dict[str, Any], issue: Issue, client: Client
) -> None:
    """Rotate to the successor and store the access token. Raises InvalidGrantError, dpop.BadProof.

    Of several concurrent requests one rotates; the others present the predecessor within its grace period and get the same
    successor.
    """
    now = issue.issued_at
    # RFC 9449 §5: a public client's token is bound to the first key that it proves.
    key = issue.dpop_jkt if client.registration.is_public else None
    dpop.use_in(tx, now)
    replaced = digest(presented.text)
    if presented.text == token["refresh_token"]:
        storage.touch_family(tx, presented.family, now, key)
    elif not presented.again and not storage.rotate(
        tx, presented.family, replaced, digest(token["refresh_token"]), now, key
    ):
        row = storage.find_family(tx, presented.family)
        if row is None or not same(row.previous_digest or "", replaced):
            raise InvalidGrantError("The refresh token was used before.")
    storage.add_token(tx, access_tokens.row(token, issue))
