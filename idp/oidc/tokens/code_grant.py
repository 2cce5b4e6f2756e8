"""The authorization code, redeemed once at /token (RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 9700 §4.5, RFC 9449 §10)."""

import logging
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode

from idp.crypto.opaque_tokens import digest
from idp.database.engine import Connection, reading, transaction
from idp.oidc.clients import authentication
from idp.oidc.clients.registry import Client
from idp.oidc.rules.retention import kept_family
from idp.oidc.storage import grants as storage
from idp.oidc.tokens import access_tokens, dpop
from idp.oidc.tokens.access_tokens import Issue, issue_for
from idp.oidc.tokens.grants import GrantFacts, grant_of
from idp.oidc.tokens.id_token import make_id_token
from idp.oidc.tokens.refresh_tokens import family_of
from idp.runtime.context import settings

log = logging.getLogger(__name__)


def redeem_in(tx: Connection, token: dict[str, Any], issue: Issue, client: Client) -> bool:
    """Consume the grant and store its first tokens. False if it was consumed already. Raises dpop.BadProof."""
    dpop.use_in(tx, issue.issued_at)
    if not storage.consume(tx, issue.grant.id, issue.issued_at):
        return False
    storage.add_token(tx, access_tokens.row(token, issue))
    if "refresh_token" in token:
        storage.add_family(tx, _family_row(token["refresh_token"], issue, client))
    return True


class Code:
    """A redeemable code, with the interface that Authlib expects."""

    code_challenge_method = "S256"

    def __init__(self, grant: GrantFacts) -> None:
        self.grant = grant
        self.code_challenge = grant.code_challenge

    def get_redirect_uri(self) -> str:
        return self.grant.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.grant.scope)


class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """The code at /token. Authlib runs the steps; `delete_authorization_code` is the only write."""

    TOKEN_ENDPOINT_AUTH_METHODS = authentication.METHODS

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """The code if it belongs to this client, has not expired or been used, and its account may still sign in.

        A code presented again may have been stolen: the tokens of its first use are revoked (RFC 6749 §4.1.2).
        """
        row = storage.find_code(reading(), digest(code))
        if row is None or row.client_id != client.client_id:
            return None
        if row.consumed_at is not None:
            self._end(row.grant_id, client)
            return None
        if row.code_expires_at <= self.request.now or not row.holder_may:
            return None
        return Code(grant_of(row))

    def authenticate_user(self, authorization_code: Code) -> Issue:
        """The `user` that Authlib passes to the token generator. The DPoP proof is checked here: after the verifier, before any write."""
        self.request.issue = issue_for(
            authorization_code.grant, self.request, authorization_code.grant.dpop_jkt, "code"
        )
        return self.request.issue  # type: ignore[no-any-return]

    def save_token(self, token: dict[str, Any]) -> None:
        self.request.credential = token

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Consume the code and store its tokens in one transaction. A second redemption gets invalid_grant."""
        request = self.request
        with transaction(durable=False) as tx:
            won = redeem_in(tx, request.credential, request.issue, request.client)
        if not won:
            self._end(authorization_code.grant.id, request.client)
            raise InvalidGrantError("The code was used before.")

    def _end(self, grant_id: str, client: Client) -> None:
        log.warning("code presented twice by client %s: its grant is revoked", client.client_id)
        with transaction() as tx:
            storage.revoke(tx, grant_id, self.request.now)


class ProofKey(CodeChallenge):  # type: ignore[misc]
    """PKCE with S256 alone (RFC 7636). /authorize has required the challenge; the verifier must match it."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_verifier(self, grant: Any, result: Any) -> None:
        """invalid_grant also for a verifier that is missing, malformed or unexpected (§4.6, RFC 9700 §2.1.1)."""
        try:
            super().validate_code_verifier(grant, result)
        except InvalidRequestError as fault:
            raise InvalidGrantError(fault.description) from fault


class IDTokenForCode(OpenIDCode):  # type: ignore[misc]
    """Adds the ID token to the response, after the transaction: no lock is held while signing."""

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        """No specification requires refusing a repeated nonce; the relying party checks it."""
        return False

    def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
        return make_id_token(
            request.authorization_code.grant, request.client, token["access_token"], request.now
        )


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
