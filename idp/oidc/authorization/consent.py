"""Consent as a step of an authorization: what a request needs, and a refusal that answers it."""

from idp.audit import trail
from idp.database.engine import transaction
from idp.oidc.authorization import issue_code
from idp.oidc.authorization.current_authorization import Authorization
from idp.oidc.authorization.rules import consent as rules
from idp.oidc.authorization.rules.authorization_request import AuthorizationRequest
from idp.oidc.clients.registry import Client
from idp.people.rules.accounts import AccountFacts
from idp.services import consent
from idp.signin.pending import Pending


def is_owed(authorization: Authorization) -> bool:
    """Whether the consent page must be shown to the signed-in person. No statement for the school's own services."""
    request, client = authorization.request, authorization.client
    if authorization.session is None:
        return False
    if rules.must_be_shown(request, client.registration):
        return True
    # First-party requests need no consent, so their kinds are not computed.
    return not client.service.first_party and not consent.is_given(
        client.service, authorization.session.account, kinds_of(request, client)
    )


def kinds_of(request: AuthorizationRequest, client: Client) -> tuple[str, ...]:
    """The kinds of information that the request needs consent to."""
    return rules.words(request, client.registration)


def refuse(request: AuthorizationRequest, waiting: Pending, account: AccountFacts, now: int) -> None:
    """The person refuses consent: answer the waiting request, once. Raises Refusal R04."""
    with transaction() as tx:
        issue_code.give_up_in(tx, request, waiting, now)
        actor = account.actor
        trail.record(tx, now, "consent.refuse", actor, actor, client=request.client_id)
