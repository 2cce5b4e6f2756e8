"""Claims about the person of a grant, for ID tokens and userinfo."""

from typing import Any

from idp.database.engine import reading
from idp.languages import tag_of
from idp.oidc import signing
from idp.oidc.clients.registry import Client
from idp.oidc.rules import claims as rules
from idp.oidc.rules.claims_request import as_wanted
from idp.oidc.tokens.grants import GrantFacts
from idp.oidc.tokens.subjects import subject_for
from idp.runtime.context import day_of, settings
from idp.services.rules.person_facts import PersonFacts
from idp.services.rules.subjects import ine_hash
from idp.services.storage import persons


def userinfo(grant: GrantFacts, scope: tuple[str, ...], client: Client, now: int) -> dict[str, Any]:
    """The claims of a userinfo response (OIDC Core §5.3.2), read from the database at each request."""
    registration = client.registration
    # Individual claims were requested together with the full scope: a token narrowed on refresh does not release them.
    asked = grant.claims.userinfo if set(scope) >= set(grant.scope) & set(registration.scope) else {}
    names = rules.released(scope, tuple(asked), registration.scope, registration.service_claims)
    claims = as_wanted(person_claims(grant, client, names, now), asked)
    return {"sub": subject_for(client, grant.account.subject), **claims}


def signed_userinfo(claims: dict[str, Any], client: Client, alg: str, now: int) -> str:
    """The userinfo response as a JWT with iss and aud (OIDC Core §5.3.2)."""
    signer = signing.keyring(now).signer(alg)
    claims = {"iss": settings().server.issuer, "aud": client.client_id, **claims}
    return signer.jwt("JWT", claims)


def person_claims(grant: GrantFacts, client: Client, names: frozenset[str], now: int) -> dict[str, Any]:
    """The claims among `names` that the grant's person has. Families and schools are queried only if a name needs them."""
    account, row = grant.account, grant.row
    family = account.kind == "guardian" and rules.needs_family(names)
    places = rules.needs_places(names)
    person = PersonFacts(
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
        locale=tag_of(account.language),
        schoolings=persons.schoolings(reading(), account.person_id)
        if places and account.kind == "pupil"
        else (),
        children=persons.children(reading(), account.person_id) if family else (),
        posts=persons.posts(reading(), account.person_id) if places and account.kind == "staff" else (),
    )
    key = settings().secrets.pairwise_key.encode()
    sector = client.sector
    pairwise = rules.Pairwise(
        lambda known: subject_for(client, known), lambda ine: ine_hash(key, sector, ine)
    )
    return rules.claims_of(person, names, grant.auth_time, day_of(now), pairwise)
