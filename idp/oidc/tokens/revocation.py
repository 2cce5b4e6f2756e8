"""Token revocation (RFC 7009). Revoking a refresh token revokes its whole grant; an access token is revoked alone."""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint

from idp.audit import trail
from idp.crypto.opaque_tokens import digest
from idp.database.engine import reading, transaction
from idp.oidc.clients import authentication
from idp.oidc.clients.registry import Client
from idp.oidc.storage import grants as storage
from idp.oidc.tokens.grants import find_access_token, id_of_token
from idp.oidc.tokens.refresh_tokens import family_of


@dataclass(frozen=True)
class Revocable:
    """`access_token`: the id of its row; None for a refresh token."""

    grant_id: str
    client_id: str
    account_id: int
    access_token: str | None

    def check_client(self, client: Client) -> bool:
        return self.client_id == client.client_id


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    CLIENT_AUTH_METHODS = authentication.METHODS

    def authenticate_token(self, request: Any, client: Client) -> Revocable | None:
        """§2.1: another client's token is treated as unknown; the answer is 200 in every case (§2.2).

        token_type_hint is ignored: both kinds are looked up.
        """
        if "token" not in request.form:
            raise InvalidRequestError("token is missing.")
        token = _revocable(request.form["token"], request.now)
        return token if token is not None and token.check_client(client) else None

    def revoke_token(self, token: Revocable, request: Any) -> None:
        now = request.now
        with transaction() as tx:
            if token.access_token is not None:
                storage.revoke_token(tx, token.access_token, now)
            else:
                storage.revoke(tx, token.grant_id, now)
            trail.record(
                tx,
                now,
                "token.revoke",
                f"client:{token.client_id}",
                f"account:{token.account_id}",
                grant=token.grant_id,
            )


def _revocable(token_string: str, now: int) -> Revocable | None:
    """The live token with this text, an access token or a refresh token of a known family; None if there is none."""
    if access_token := find_access_token(token_string, now):
        row = access_token[1]
        token = id_of_token(token_string, digest(token_string))
        return Revocable(row.grant_id, row.client_id, row.id, token)
    family = storage.find_family(reading(), family_of(token_string[:200]))
    if family is None or digest(token_string) not in (family.digest, family.previous_digest):
        return None
    return Revocable(family.grant_id, family.client_id, family.id, None)
