"""Serialises a checked authorization request while the person completes steps; validated again on resume."""

import json
from dataclasses import replace

from idp.oidc.authorization.rules.authorization_request import AuthorizationRequest
from idp.oidc.clients.rules.client_metadata import ClientMetadata
from idp.oidc.clients.rules.redirect_uris import matches
from idp.oidc.rules.claims_request import ClaimsRequest, read_claims_request
from idp.refusals import CheckedRedirect, Refusal
from idp.refusals.requests import UNREADABLE_SERVICE_REQUEST, UNREGISTERED_REDIRECT_URI


def to_json(request: AuthorizationRequest) -> str:
    """The request as JSON text, to be stored."""
    values = dict(vars(request))
    values["back_to"] = vars(request.back_to)
    values["claims"] = claims_text(request.claims)
    return json.dumps(values)


def within_registration(request: AuthorizationRequest, registration: ClientMetadata) -> AuthorizationRequest:
    """A stored request within the client's current registration: scopes and resources removed since are dropped.

    Raises Refusal P02 if the redirect URI is no longer registered, P07 if no scope, or no resource, is left.
    """
    uri = request.back_to.uri
    if request.device is None and not any(
        matches(uri, registered, registration.application_type) for registered in registration.redirect_uris
    ):
        raise Refusal(
            UNREGISTERED_REDIRECT_URI,
            "the redirect_uri was taken from the registration while the request waited",
        )
    scope = tuple(word for word in request.scope if word in registration.scope)
    resources = tuple(uri for uri in request.resources if uri in registration.resources)
    if not scope or (request.resources and not resources):
        raise Refusal(
            UNREADABLE_SERVICE_REQUEST,
            "what was asked was taken from the registration while the request waited",
        )
    return replace(request, scope=scope, resources=resources)


def claims_text(claims: ClaimsRequest) -> str | None:
    """A claims request as JSON text, None if it is empty."""
    if not claims.id_token and not claims.userinfo:
        return None
    return json.dumps(claims.to_document(), separators=(",", ":"))


def from_json(text: str) -> AuthorizationRequest:
    """A stored request. The text must be `to_json`'s own: it is not validated."""
    values = json.loads(text)
    values["back_to"] = CheckedRedirect(**values["back_to"])
    values["claims"] = read_claims_request(values["claims"])
    for name in ("scope", "asked_scope", "profiles", "prompt", "ui_locales", "acr_values", "resources"):
        values[name] = tuple(values[name])
    return AuthorizationRequest(**values)
