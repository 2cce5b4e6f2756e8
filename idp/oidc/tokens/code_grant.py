"""The authorization code, redeemed once at /token (RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 9700 §4.5, RFC 9449 §10)."""

import base64
import hashlib
import logging
import re
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError

from idp.crypto.opaque_tokens import digest, same
from idp.crypto.ordered_ids import id_in
from idp.database.engine import Connection, transaction
from idp.database.generation import first_row
from idp.oidc.clients import authentication
from idp.oidc.clients.registry import Client
from idp.oidc.rules.retention import kept_family
from idp.oidc.storage import grants as storage
from idp.oidc.tokens import access_tokens, dpop
from idp.oidc.tokens.access_tokens import Issue, issue_for
from idp.oidc.tokens.grants import GrantFacts, grant_of
from idp.oidc.tokens.id_token import make_id_token
from idp.oidc.tokens.refresh_tokens import family_of
from idp.oidc.tokens.token_request import TokenRequest, require_grant_type
from idp.runtime.context import settings

log = logging.getLogger(__name__)

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def redeem_in(tx: Connection, token: dict[str, Any], issue: Issue, client: Client) -> bool:
    """Consume the grant and store its first tokens. False if it was consumed already. Raises dpop.BadProof."""
    dpop.use_in(tx, issue.issued_at)
    if not storage.consume(tx, issue.grant.id, issue.issued_at):
        return False
    storage.add_token(tx, access_tokens.row(token, issue))
    if "refresh_token" in token:
        storage.add_family(tx, _family_row(token["refresh_token"], issue, client))
    return True


def answer(request: TokenRequest) -> dict[str, Any]:
    """The response to a code at /token (RFC 6749 §4.1.4). One transaction writes; the ID token is signed after it.

    The order of the checks: client, code, redirect URI, verifier, DPoP proof; only then the code is consumed. The code is read
    before the client is checked, in one statement with the generation of the clients. Raises OAuth2Error.
    """
    code = request.form.get("code")
    row = None if code is None else _row_of(code)
    client = authentication.authenticate(request)
    require_grant_type(client, "authorization_code")
    if code is None:
        raise InvalidRequestError("code is missing.")
    grant = _redeemable(row, client, request.now)
    if request.form.get("redirect_uri") != grant.redirect_uri:
        raise InvalidGrantError("redirect_uri is not that of the authorization request.")
    check_verifier(request.form.get("code_verifier"), grant.code_challenge)
    issue = issue_for(grant, request, grant.dpop_jkt, "code")
    token = access_tokens.generate(
        client, issue, " ".join(grant.scope), with_refresh_token=client.check_grant_type("refresh_token")
    )
    with transaction(durable=False) as tx:
        won = redeem_in(tx, token, issue, client)
    if not won:
        _end(grant.id, client, request.now)
        raise InvalidGrantError("The code was used before.")
    if "openid" in grant.scope:
        token["id_token"] = make_id_token(grant, client, token["access_token"], request.now)
    return token


def _row_of(code: str) -> Any | None:
    """The grant of this code: by the id that the code begins with, its digest compared in constant time."""
    grant, its_digest = id_in(code), digest(code)
    if grant is None:
        return first_row(lambda connection: storage.find_old_code(connection, its_digest))
    row = first_row(lambda connection: storage.find_by_id(connection, grant))
    return row if row is not None and same(its_digest, row.code_digest) else None


def _redeemable(row: Any | None, client: Client, now: int) -> GrantFacts:
    """The grant of a code of this client that has not expired, while its account may still sign in. Raises InvalidGrantError.

    A code presented again may have been stolen: the tokens of its first use are revoked (RFC 6749 §4.1.2).
    """
    if row is not None and row.client_id == client.client_id:
        if row.consumed_at is not None:
            _end(row.grant_id, client, now)
        elif row.code_expires_at > now and row.holder_may:
            return grant_of(row)
    raise InvalidGrantError("The code is unknown, has expired or was used before.")


def _end(grant_id: str, client: Client, now: int) -> None:
    log.warning("code presented twice by client %s: its grant is revoked", client.client_id)
    with transaction() as tx:
        storage.revoke(tx, grant_id, now)


def check_verifier(verifier: str | None, challenge: str | None) -> None:
    """PKCE with S256 alone (RFC 7636 §4.6). Raises InvalidGrantError.

    A verifier is refused where the request had no challenge: otherwise an attacker could remove it (RFC 9700 §4.8.2).
    """
    if challenge is None and verifier is None:
        return
    if challenge is None or verifier is None or not _VERIFIER.fullmatch(verifier):
        raise InvalidGrantError("code_verifier is missing, malformed or unexpected.")
    if not same(code_challenge(verifier), challenge):
        raise InvalidGrantError("code_verifier does not fit the code_challenge.")


def code_challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636 §4.2)."""
    hashed = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


def _family_row(refresh_token: str, issue: Issue, client: Client) -> dict[str, Any]:
    lifetimes = settings().tokens
    return {
        "id": family_of(refresh_token),
        "grant_id": issue.grant.id,
        "digest": digest(refresh_token),
        "rotated_at": issue.issued_at,
        "expires_at": issue.issued_at + lifetimes.refresh_longest,
        # RFC 9449 §5: a public client's refresh token is bound to its DPoP key; a confidential client's to its authentication.
        "dpop_jkt": issue.dpop_jkt if client.registration.is_public else None,
        "review_at": kept_family(issue.issued_at + min(lifetimes.refresh_idle, lifetimes.refresh_longest)),
    }
