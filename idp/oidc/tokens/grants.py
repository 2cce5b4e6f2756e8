"""Grants as values, for the token endpoints."""

from dataclasses import dataclass
from typing import Any

from idp.crypto.opaque_tokens import digest, same
from idp.crypto.ordered_ids import id_in
from idp.database.engine import Row
from idp.database.generation import first_row
from idp.oidc.clients import registry
from idp.oidc.clients.registry import Client
from idp.oidc.rules.claims_request import NOTHING_ASKED, ClaimsRequest, read_claims_request
from idp.oidc.storage import grants
from idp.people.rules.accounts import AccountFacts
from idp.people.storage.accounts import facts_of

LONGEST_TOKEN = 16_384


@dataclass(frozen=True)
class GrantFacts:
    """A grant read from the database, with its account. `row` has the person's columns too."""

    id: str
    client_id: str
    sid: str
    redirect_uri: str
    scope: tuple[str, ...]
    asked_scope: tuple[str, ...]
    nonce: str | None
    code_challenge: str | None
    claims: ClaimsRequest
    auth_time: int
    acr: str
    amr: tuple[str, ...]
    offline: bool
    issued_at: int
    resources: tuple[str, ...]
    dpop_jkt: str | None
    account: AccountFacts
    row: Row[Any]


def grant_of(row: Row[Any]) -> GrantFacts:
    """GrantFacts from a row of `storage.grants`."""
    return GrantFacts(
        row.grant_id,
        row.client_id,
        row.sid,
        row.redirect_uri,
        tuple(row.scope.split()),
        tuple(row.asked_scope.split()),
        row.nonce,
        row.code_challenge,
        read_claims_request(row.claims) if row.claims else NOTHING_ASKED,
        row.auth_time,
        row.acr,
        tuple(row.amr.split()),
        row.offline,
        row.issued_at,
        tuple((row.resources or "").split()),
        row.dpop_jkt,
        facts_of(row),
        row,
    )


def id_of_token(text: str, its_digest: str) -> str:
    """The id of an access token's row. That of a JWT, and of an opaque token of before, is the head of its digest."""
    return id_in(text) or its_digest[:32]


def find_access_token(token: str, now: int) -> tuple[Client, Row[Any]] | None:
    """A live access token: its client (not suspended), and its row, of which `grant_of` makes the grant."""
    if len(token) > LONGEST_TOKEN:
        return None
    its_digest = digest(token)
    token_id = id_of_token(token, its_digest)
    row = first_row(lambda connection: grants.find_token(connection, token_id, now))
    if row is None or not same(its_digest, row.token_digest):
        return None
    client = registry.active(row.client_id)
    return (client, row) if client is not None else None
