"""RFC 7009. A refresh token takes its whole grant with it; an access token goes alone."""

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint

from idp import audit
from idp.context import now
from idp.database import reading, transaction
from idp.oidc import client_authentication, tokens
from idp.oidc.clients import Client
from idp.oidc.storage import grants as storage
from idp.security import digest


@dataclass(frozen=True)
class Revocable:
    """`access_digest` is None for a refresh token."""

    grant_id: str
    client_id: str
    account_id: int
    access_digest: str | None

    def check_client(self, client: Client) -> bool:
        return self.client_id == client.client_id


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    CLIENT_AUTH_METHODS = client_authentication.METHODS

    def authenticate_token(self, request: Any, client: Client) -> Revocable | None:
        """§2.1: another client's token is as unknown as no token; the answer is 200 all the same (§2.2).

        A type hint is only a hint; one that we do not know is passed over.
        """
        if "token" not in request.form:
            raise InvalidRequestError("token is missing.")
        token = self.query_token(request.form["token"], None)
        return token if token is not None and token.check_client(client) else None

    def query_token(self, token_string: str, token_type_hint: str | None) -> Revocable | None:
        moment = now()
        if found := tokens.find_access_token(token_string, moment):
            grant = found[0]
            return Revocable(grant.id, grant.client_id, grant.account.id, digest(token_string))
        row = storage.find_family(reading(), token_string[:200].partition(".")[0])
        if row is None or digest(token_string) not in (row.digest, row.previous_digest):
            return None
        return Revocable(row.grant_id, row.client_id, row.id, None)

    def revoke_token(self, token: Revocable, request: Any) -> None:
        moment = now()
        with transaction() as tx:
            if token.access_digest is not None:
                storage.revoke_token(tx, token.access_digest, moment)
            else:
                storage.revoke(tx, token.grant_id, moment)
            audit.record(
                tx,
                moment,
                "token.revoke",
                f"client:{token.client_id}",
                f"account:{token.account_id}",
                grant=token.grant_id,
            )
