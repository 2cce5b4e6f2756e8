"""The authorization code, redeemed once at /token (RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 9700 §4.5, RFC 9449 §10)."""

import logging
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode
from sqlalchemy import Connection

from idp.context import now, settings
from idp.database import reading, transaction
from idp.oidc import access_tokens, client_authentication, dpop, tokens
from idp.oidc.access_tokens import Issue
from idp.oidc.clients import Client
from idp.oidc.refresh_tokens import family_of
from idp.oidc.storage import grants as storage
from idp.security import digest

log = logging.getLogger(__name__)


def issue_for(grant: tokens.GrantFacts, request: Any) -> Issue:
    """For whom and where this token request gets its tokens.

    Raises dpop.BadProof, dpop.NonceAsked, InvalidGrantError (another key than the grant's), InvalidTarget.
    """
    thumbprint = dpop.proven()
    if thumbprint is None and request.client.registration.dpop_bound_access_tokens:
        raise dpop.BadProof()
    if grant.dpop_jkt is not None and grant.dpop_jkt != thumbprint:
        raise InvalidGrantError("The code is bound to another key.")
    audience = access_tokens.audience_of(grant, request.client, request.resources)
    return Issue(grant, audience, thumbprint)


def redeem_in(tx: Connection, token: dict[str, Any], issue: Issue, client: Client, moment: int) -> bool:
    """Use a grant and keep its first tokens. False if somebody was faster."""
    if not storage.consume(tx, issue.grant.id, moment):
        return False
    storage.add_token(tx, access_tokens.row(token, issue, moment))
    if "refresh_token" in token:
        storage.add_family(tx, _family_row(token["refresh_token"], issue, client, moment))
    return True


class Code:
    """A code that may be redeemed, with the face that Authlib asks of one."""

    code_challenge_method = "S256"

    def __init__(self, grant: tokens.GrantFacts) -> None:
        self.grant = grant
        self.code_challenge = grant.code_challenge

    def get_redirect_uri(self) -> str:
        return self.grant.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.grant.scope)


class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """The token end. Authlib conducts; `delete_authorization_code` is the one write."""

    TOKEN_ENDPOINT_AUTH_METHODS = client_authentication.METHODS

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """The code if it is this client's, fresh, unused, and its person may still sign in.

        A code that comes back after use may have been stolen: what came of its first use ends (RFC 6749 §4.1.2).
        """
        row = storage.find_code(reading(), digest(code))
        if row is None or row.client_id != client.client_id:
            return None
        if row.consumed_at is not None:
            self._end(row.grant_id, client)
            return None
        if row.code_expires_at <= now() or not row.holder_may:
            return None
        return Code(tokens.grant_of(row))

    def authenticate_user(self, authorization_code: Code) -> Issue:
        """Authlib hands this on to the token generator. The key is proven here: after the verifier, before any write."""
        self.request.issue = issue_for(authorization_code.grant, self.request)
        return self.request.issue  # type: ignore[no-any-return]

    def save_token(self, token: dict[str, Any]) -> None:
        self.request.credential = token

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Use the code and keep its tokens, in one transaction. Whoever comes second gets invalid_grant."""
        request = self.request
        with transaction(durable=False) as tx:
            won = redeem_in(tx, request.credential, request.issue, request.client, now())
        if not won:
            self._end(authorization_code.grant.id, request.client)
            raise InvalidGrantError("The code was used before.")

    def _end(self, grant_id: str, client: Client) -> None:
        log.warning("code presented twice by client %s: its grant is revoked", client.client_id)
        with transaction() as tx:
            storage.revoke(tx, grant_id, now())


class ProofKey(CodeChallenge):  # type: ignore[misc]
    """RFC 7636, S256 alone. /authorize has required the challenge; here the verifier must match it."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_verifier(self, grant: Any, result: Any) -> None:
        """A verifier that is missing, malformed or not called for is as wrong as another one (§4.6, RFC 9700 §2.1.1)."""
        try:
            super().validate_code_verifier(grant, result)
        except InvalidRequestError as fault:
            raise InvalidGrantError(fault.description) from fault


class IDTokenForCode(OpenIDCode):  # type: ignore[misc]
    """Adds the ID token to the answer, after the transaction: no lock is held while a key works."""

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        """No specification asks to refuse a repeated nonce; it is the relying party's to check."""
        return False

    def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
        return tokens.id_token(request.authorization_code.grant, request.client, token["access_token"], now())


def _family_row(refresh_token: str, issue: Issue, client: Client, moment: int) -> dict[str, Any]:
    return {
        "id": family_of(refresh_token),
        "grant_id": issue.grant.id,
        "digest": digest(refresh_token),
        "rotated_at": moment,
        "expires_at": moment + settings().tokens.refresh_longest,
        # RFC 9449 §5: a public client's token is bound to its key; another's to its own authentication.
        "dpop_jkt": issue.dpop_jkt if client.registration.is_public else None,
    }
