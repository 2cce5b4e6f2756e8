"""What a request needs consent for, and whether its page must be shown."""

from idp.oidc.authorization.rules.authorization_request import AuthorizationRequest
from idp.oidc.clients.rules.client_metadata import ClientMetadata
from idp.oidc.clients.rules.consent_kinds import kinds


def words(request: AuthorizationRequest, registration: ClientMetadata) -> tuple[str, ...]:
    """What the person consents to: the requested scopes, and every kind of information that they release.

    Consent is stored by kind, not by scope name: a service that adds a claim to its own scope, or requests an individual
    claim, needs new consent unless people have consented to that kind.
    """
    return kinds(request.scope, request.claims.names, registration)


def must_be_shown(request: AuthorizationRequest, registration: ClientMetadata) -> bool:
    """prompt=consent shows the page again (OIDC Core §3.1.2.1); for a device the person compares its code (RFC 8628 §5.4).

    First-party services never show it: client libraries add prompt=consent to offline_access by themselves (Core §11),
    and a family would confirm at each login what it cannot refuse.
    """
    return request.device is not None or ("consent" in request.prompt and not registration.first_party)
