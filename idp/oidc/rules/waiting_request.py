"""A checked request that waits while its person owes steps: as text in the database, and judged again when it is answered."""

import json
from dataclasses import replace

from idp.oidc.rules.authorization_request import AuthorizationRequest
from idp.oidc.rules.claims_request import ClaimsRequest, read_claims_request
from idp.oidc.rules.client_metadata import ClientMetadata
from idp.oidc.rules.redirect_uris import matches
from idp.refusals import CheckedRedirect, Refusal


def to_json(request: AuthorizationRequest) -> str:
    """The text in which a request waits while its person owes steps."""
    values = dict(vars(request))
    values["back_to"] = vars(request.back_to)
    values["claims"] = claims_text(request.claims)
    return json.dumps(values)


def within_registration(request: AuthorizationRequest, registration: ClientMetadata) -> AuthorizationRequest:
    """A request that has waited, by the registration of now: what was taken from it is not granted any more.

    Raises Refusal P02 where the answer would go to an address that is no longer the client's, P07 where nothing is left.
    """
    uri = request.back_to.uri
    if request.device is None and not any(
        matches(uri, registered, registration.application_type) for registered in registration.redirect_uris
    ):
        raise Refusal("P02", "the redirect_uri was taken from the registration while the request waited")
    scope = tuple(word for word in request.scope if word in registration.scope)
    resources = tuple(one for one in request.resources if one in registration.resources)
    if not scope or (request.resources and not resources):
        raise Refusal("P07", "what was asked was taken from the registration while the request waited")
    return replace(request, scope=scope, resources=resources)


def claims_text(claims: ClaimsRequest) -> str | None:
    """A claims request as text, None if nothing was asked."""
    if not claims.id_token and not claims.userinfo:
        return None
    return json.dumps(claims.to_document(), separators=(",", ":"))


def from_json(text: str) -> AuthorizationRequest:
    """A waiting request. Only `to_json`'s own text, out of the database, may come in here."""
    values = json.loads(text)
    values["back_to"] = CheckedRedirect(**values["back_to"])
    values["claims"] = read_claims_request(values["claims"])
    for name in ("scope", "asked_scope", "profiles", "prompt", "ui_locales", "acr_values", "resources"):
        values[name] = tuple(values[name])
    return AuthorizationRequest(**values)
