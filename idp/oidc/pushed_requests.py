"""Pushed authorization requests (RFC 9126): the client sends its request here, and its browser a reference.

Written in the shape of Authlib's endpoints, which has none for this.
"""

import logging
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.token_endpoint import TokenEndpoint

from idp.context import now, settings
from idp.database import transaction
from idp.oidc import client_authentication, clients, dpop, request_sources
from idp.oidc.clients import Client
from idp.oidc.rules.authorization_request import AuthorizationRequest, Transport, check
from idp.oidc.rules.request_object import BadRequestObject
from idp.oidc.rules.waiting_request import to_json
from idp.oidc.storage import pushed as storage
from idp.refusals import ProtocolRefusal, Refusal
from idp.security import digest, new_token

log = logging.getLogger(__name__)

_OF_THE_ENDPOINT = ("client_secret", "client_assertion", "client_assertion_type")


class PushedAuthorization(TokenEndpoint):  # type: ignore[misc]
    ENDPOINT_NAME = "pushed_authorization"
    CLIENT_AUTH_METHODS = client_authentication.METHODS

    def create_endpoint_response(self, request: Any) -> tuple[int, dict[str, Any], Any]:
        """§2.1, §2.2. Everything that /authorize would refuse is refused here, as JSON."""
        client = self.server.authenticate_client(request, self.CLIENT_AUTH_METHODS, self.ENDPOINT_NAME)
        asked = _checked(request, client)
        uri = request_sources.PUSHED + new_token()
        lifetime = settings().tokens.pushed_request
        values = {**vars(asked), "pushed": digest(uri), "dpop_jkt": _bound_to(asked)}
        with transaction() as tx:
            text = to_json(AuthorizationRequest(**values))
            storage.keep(tx, digest(uri), client.client_id, text, now() + lifetime)
        return 201, {"request_uri": uri, "expires_in": lifetime}, []


def _checked(request: Any, client: Client) -> AuthorizationRequest:
    form: dict[str, str] = {
        name: value for name, value in request.form.items() if name not in _OF_THE_ENDPOINT
    }
    if "request_uri" in form:
        raise InvalidRequestError("request_uri is not pushed (RFC 9126 2.1).")
    form["client_id"] = client.client_id
    parameters = [*form.items(), *(("resource", one) for one in request.resources)]
    signed = "request" in form
    if signed:
        parameters = _opened(form["request"], client)
    try:
        return check(parameters, clients.find, Transport(pushed=True, signed=signed))
    except ProtocolRefusal as refusal:
        raise ProtocolRefusal(refusal.error, refusal.description) from refusal
    except Refusal as refusal:
        log.info("pushed request of client %s: %s", client.client_id, refusal)
        raise InvalidRequestError(
            "The redirect_uri, or another parameter, is not one of this client's."
        ) from refusal


def _opened(token: str, client: Client) -> list[tuple[str, str]]:
    try:
        return request_sources.opened(token, client)
    except (BadRequestObject, request_sources.Unsigned) as fault:
        log.info("pushed request object of client %s: %s", client.client_id, fault)
        raise ProtocolRefusal("invalid_request_object", "The request object cannot be used.") from fault


def _bound_to(asked: AuthorizationRequest) -> str | None:
    """A proof that comes with the push binds the code to its key, as dpop_jkt does; both must agree (RFC 9449 §10.1)."""
    thumbprint = dpop.proven()
    if thumbprint is None or asked.dpop_jkt in (None, thumbprint):
        return thumbprint or asked.dpop_jkt
    raise dpop.BadProof()
