"""The authorization code: issued at /authorize, redeemed once at /token (RFC 6749 §4.1, RFC 7636, RFC 9700 §4.5)."""

import json
import logging
import secrets
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode

from idp.context import now, settings
from idp.database import reading, transaction
from idp.oidc import client_authentication, tokens
from idp.oidc.clients import Client
from idp.oidc.rules.authorization_request import AuthorizationRequest, granted_acr
from idp.oidc.storage import grants as storage
from idp.refusals import Refusal
from idp.security import digest, new_token
from idp.signin import sessions
from idp.signin.sessions import Session
from idp.signin.storage import pending as pending_storage

log = logging.getLogger(__name__)


def issue(request: AuthorizationRequest, session: Session, pending_id: str | None, moment: int) -> str:
    """A new code for the person of `session`. A waiting request is answered once: Refusal R04 for the slower tab."""
    code = new_token()
    row = {
        "id": secrets.token_hex(16),
        "code_digest": digest(code),
        "client_id": request.client_id,
        "account_id": session.account.id,
        "sid": session.sid,
        "redirect_uri": request.back_to.uri,
        "scope": " ".join(request.scope),
        "asked_scope": " ".join(request.asked_scope),
        "nonce": request.nonce,
        "code_challenge": request.code_challenge,
        "claims": _claims_text(request),
        "auth_time": session.auth_time,
        "acr": granted_acr(request.acr_values, session.account.profile, session.amr),
        "amr": " ".join(session.amr),
        "offline": "offline_access" in request.scope,
        "issued_at": max(moment, session.account.credentials_since),
        "code_expires_at": moment + settings().tokens.code,
    }
    with transaction(durable=False) as tx:
        if pending_id is not None and not pending_storage.finish_pending(tx, pending_id, moment):
            raise Refusal("R04", "the pending request was answered in another tab")
        sessions.touch_in(tx, session, moment)
        storage.add(tx, row)
    return code


def _claims_text(request: AuthorizationRequest) -> str | None:
    asked = request.claims
    if not asked.id_token and not asked.userinfo:
        return None
    return json.dumps(
        {"id_token": dict.fromkeys(asked.id_token), "userinfo": dict.fromkeys(asked.userinfo)},
        separators=(",", ":"),
    )


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

    def authenticate_user(self, authorization_code: Code) -> Any:
        return authorization_code.grant.account

    def save_token(self, token: dict[str, Any]) -> None:
        self.request.credential = token

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Use the code and keep its tokens, in one transaction. Whoever comes second gets invalid_grant."""
        grant, token, moment = authorization_code.grant, self.request.credential, now()
        with transaction(durable=False) as tx:
            won = storage.consume(tx, grant.id, moment)
            if won:
                storage.add_token(tx, access_token_row(token, grant, moment))
                if "refresh_token" in token:
                    storage.add_family(tx, _family_row(token["refresh_token"], grant, moment))
        if not won:
            self._end(grant.id, self.request.client)
            raise InvalidGrantError("The code was used before.")

    def _end(self, grant_id: str, client: Client) -> None:
        log.warning("code presented twice by client %s: its grant is revoked", client.client_id)
        with transaction() as tx:
            storage.revoke(tx, grant_id, now())


class ProofKey(CodeChallenge):  # type: ignore[misc]
    """RFC 7636, S256 alone. /authorize has required the challenge; here the verifier must match it."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]


class IDTokenForCode(OpenIDCode):  # type: ignore[misc]
    """Adds the ID token to the answer, after the transaction: no lock is held while a key works."""

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        """No specification asks to refuse a repeated nonce; it is the relying party's to check."""
        return False

    def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
        return tokens.id_token(request.authorization_code.grant, request.client, token["access_token"], now())


def access_token_row(token: dict[str, Any], grant: tokens.GrantFacts, moment: int) -> dict[str, Any]:
    """The row that keeps a fresh access token."""
    return {
        "digest": digest(token["access_token"]),
        "grant_id": grant.id,
        "scope": token["scope"],
        "issued_at": moment,
        "expires_at": moment + token["expires_in"],
    }


def _family_row(refresh_token: str, grant: tokens.GrantFacts, moment: int) -> dict[str, Any]:
    return {
        "id": refresh_token.partition(".")[0],
        "grant_id": grant.id,
        "digest": digest(refresh_token),
        "rotated_at": moment,
        "expires_at": moment + settings().tokens.refresh_longest,
    }
