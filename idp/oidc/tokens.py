"""ID tokens and access tokens: made, found, checked."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from sqlalchemy import Row

from idp.context import settings
from idp.database import reading
from idp.oidc import clients, signing
from idp.oidc.clients import Client
from idp.oidc.rules import claims as rules
from idp.oidc.rules.claims_request import (
    NOTHING_ASKED,
    ClaimsRequest,
    as_wanted,
    read_claims_request,
)
from idp.oidc.rules.subjects import ine_hash, pairwise_subject
from idp.oidc.storage import grants, persons
from idp.people.rules.accounts import AccountFacts
from idp.people.storage.accounts import facts_of
from idp.security import digest
from idp.signin.storage import sessions as session_accounts

LONGEST_TOKEN = 16_384
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


@dataclass(frozen=True)
class GrantFacts:
    """A grant read from the database, with the account that made it. `row` has the person's columns too."""

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


def subject(client: Client, account_subject: str) -> str:
    """The `sub` of an account at a client (OIDC Core §8)."""
    if client.registration.subject_type == "public":
        return account_subject
    key = settings().secrets.pairwise_key.encode()
    return pairwise_subject(key, client.sector, account_subject)


def id_token(
    grant: GrantFacts, client: Client, access_token: str | None, now: int, first: bool = True
) -> str:
    """A signed ID token (OIDC Core §2). On refresh (not `first`) `auth_time` stays, and there is no nonce (§12.2)."""
    alg = client.registration.id_token_signed_response_alg
    kid, key = signing.keyring().signing_key(alg)
    asked = grant.claims.id_token
    names = rules.released((), tuple(asked), client.registration.scope, client.registration.service_claims)
    claims = as_wanted(person_claims(grant, client, names, now), asked) if names else {}
    claims |= {
        "iss": settings().server.issuer,
        "sub": subject(client, grant.account.subject),
        "aud": client.client_id,
        "iat": now,
        "exp": now + settings().tokens.id_token,
        "auth_time": grant.auth_time,
        "acr": grant.acr,
        "amr": list(grant.amr),
        "sid": grant.sid,
    }
    if grant.nonce is not None and first:
        claims["nonce"] = grant.nonce
    if access_token is not None:
        claims["at_hash"] = half_hash(access_token, alg)
    return jwt.encode({"alg": alg, "kid": kid, "typ": "JWT"}, claims, key, algorithms=[alg])


def half_hash(value: str, alg: str) -> str:
    """`at_hash` (OIDC Core §3.1.3.6): the left half of the hash that goes with `alg`; EdDSA on Ed25519 takes SHA-512."""
    hashed = _HASHES.get(alg[-3:], hashlib.sha512)(value.encode()).digest()
    return base64.urlsafe_b64encode(hashed[: len(hashed) // 2]).rstrip(b"=").decode()


def userinfo(grant: GrantFacts, scope: tuple[str, ...], client: Client, now: int) -> dict[str, Any]:
    """The claims of OIDC Core §5.3.2, read afresh."""
    registration = client.registration
    # Single claims were asked for beside the whole scope: a token that was narrowed on refresh does not bear them.
    asked = grant.claims.userinfo if set(scope) >= set(grant.scope) & set(registration.scope) else {}
    names = rules.released(scope, tuple(asked), registration.scope, registration.service_claims)
    claims = as_wanted(person_claims(grant, client, names, now), asked)
    return {"sub": subject(client, grant.account.subject), **claims}


def signed_userinfo(claims: dict[str, Any], client: Client, alg: str) -> str:
    """The same as a JWT with iss and aud (OIDC Core §5.3.2)."""
    kid, key = signing.keyring().signing_key(alg)
    said = {"iss": settings().server.issuer, "aud": client.client_id, **claims}
    return jwt.encode({"alg": alg, "kid": kid, "typ": "JWT"}, said, key, algorithms=[alg])


def person_claims(grant: GrantFacts, client: Client, names: frozenset[str], now: int) -> dict[str, Any]:
    """The claims among `names` that are true of the grant's person; families and schools are read only if asked for."""
    account, row = grant.account, grant.row
    family = account.kind == "guardian" and rules.needs_family(names)
    places = rules.needs_places(names)
    person = rules.PersonFacts(
        kind=account.kind,
        username=account.username,
        subject=account.subject,
        first_name=account.first_name,
        family_name=account.family_name,
        birth_date=row.birth_date,
        ine=row.ine,
        mail=account.mail,
        mail_verified=account.mail_verified,
        mobile=account.mobile if account.mobile_verified else row.school_mobile,
        mobile_verified=account.mobile_verified,
        street=row.address,
        postal_code=row.postal_code,
        city=row.city,
        updated_at=row.updated_at,
        schoolings=persons.schoolings(reading(), account.person_id)
        if places and account.kind == "pupil"
        else (),
        children=persons.children(reading(), account.person_id) if family else (),
        posts=persons.posts(reading(), account.person_id) if places and account.kind == "staff" else (),
    )
    key = settings().secrets.pairwise_key.encode()
    sector = client.sector
    pairwise = rules.Pairwise(lambda known: subject(client, known), lambda ine: ine_hash(key, sector, ine))
    return rules.claims_of(person, names, grant.auth_time, now, pairwise)


def find_access_token(token: str, now: int) -> tuple[GrantFacts, Client, Row[Any]] | None:
    """A live access token: its grant, its client (not suspended) and its row."""
    if len(token) > LONGEST_TOKEN:
        return None
    row = grants.find_token(reading(), digest(token), now)
    client = clients.active(row.client_id) if row is not None else None
    return (grant_of(row), client, row) if row is not None and client is not None else None


def read_hint(token: str) -> dict[str, Any] | None:
    """The claims of an ID token of ours, expired or not; None for anything else (OIDC Core §3.1.2.1).

    Only our algorithms and our keys count, whatever the token's header says.
    """
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    keyring = signing.keyring()
    try:
        read = jwt.decode(token, keyring.hint_keys, algorithms=list(keyring.algorithms))
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        return None
    claims = read.claims
    ours = claims.get("iss") == settings().server.issuer and isinstance(claims.get("aud"), str)
    # Logout tokens and access tokens of ours have a type of their own, and must not pass for an ID token.
    plain = read.header.get("typ") in (None, "JWT") and "crit" not in read.header and "auth_time" in claims
    return dict(claims) if ours and plain and isinstance(claims.get("sub"), str) else None


def account_of(client: Client, sub: str, sid: object) -> int | None:
    """The account that an ID token of ours speaks of, found by its session and checked against its `sub`."""
    if not isinstance(sid, str):
        return None
    found = session_accounts.of_sid(reading(), sid)
    return found[0] if found is not None and subject(client, found[1]) == sub else None
