"""Pushed authorization requests (RFC 9126): the client posts its request here, and the browser carries a reference.

In the shape of Authlib's endpoints; Authlib has none for this.
"""

import logging
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6749.token_endpoint import TokenEndpoint

from idp.crypto.opaque_tokens import digest, new_token
from idp.database.engine import transaction
from idp.oidc.authorization import request_sources, row_budgets
from idp.oidc.authorization.rules.authorization_request import AuthorizationRequest, Transport, check
from idp.oidc.authorization.rules.request_object import BadRequestObject
from idp.oidc.authorization.rules.saved_request import to_json
from idp.oidc.clients import authentication, registry
from idp.oidc.clients.registry import Client
from idp.oidc.storage import pushed as storage
from idp.oidc.tokens import dpop
from idp.refusals import ProtocolRefusal, Refusal
from idp.runtime.context import settings

log = logging.getLogger(__name__)

_OF_THE_ENDPOINT = ("client_secret", "client_assertion", "client_assertion_type")


class PushedAuthorization(TokenEndpoint):  # type: ignore[misc]
    ENDPOINT_NAME = "pushed_authorization"
    CLIENT_AUTH_METHODS = authentication.METHODS

    def create_endpoint_response(self, request: Any) -> tuple[int, dict[str, Any], Any]:
        """§2.1, §2.2. The checks are those of /authorize; errors are JSON."""
        client = self.server.authenticate_client(request, self.CLIENT_AUTH_METHODS, self.ENDPOINT_NAME)
        pushed = _checked(request, client)
        uri = request_sources.PUSHED + new_token()
        lifetime = settings().tokens.pushed_request
        values = {**vars(pushed), "pushed": digest(uri), "dpop_jkt": _bound_to(pushed, request.now)}
        with transaction() as tx:
            dpop.use_in(tx, request.now)
            row_budgets.take_in(tx, "pushed request", client, request.now)
            text = to_json(AuthorizationRequest(**values))
            storage.keep(tx, digest(uri), client.client_id, text, request.now + lifetime)
        return 201, {"request_uri": uri, "expires_in": lifetime}, []


def _checked(request: Any, client: Client) -> AuthorizationRequest:
    form: dict[str, str] = {
        name: value for name, value in request.form.items() if name not in _OF_THE_ENDPOINT
    }
    if "request_uri" in form:
        raise InvalidRequestError("request_uri is not pushed (RFC 9126 2.1).")
    form["client_id"] = client.client_id
    parameters = [*form.items(), *(("resource", uri) for uri in request.resources)]
    signed = "request" in form
    if signed:
        parameters = _opened(form["request"], client, request.now)
    try:
        return check(parameters, registry.find, Transport(pushed=True, signed=signed))[0]
    except ProtocolRefusal as refusal:
        raise ProtocolRefusal(refusal.error, refusal.description) from refusal
    except Refusal as refusal:
        log.info("pushed request of client %s: %s", client.client_id, refusal)
        raise InvalidRequestError(
            "The redirect_uri, or another parameter, is not one of this client's."
        ) from refusal


def _opened(token: str, client: Client, now: int) -> list[tuple[str, str]]:
    try:
        return request_sources.opened(token, client, now)
    except (BadRequestObject, request_sources.Unsigned) as fault:
        log.info("pushed request object of client %s: %s", client.client_id, fault)
        raise ProtocolRefusal("invalid_request_object", "The request object cannot be used.") from fault


def _bound_to(pushed: AuthorizationRequest, now: int) -> str | None:
    """Thumbprint of the key to bind the code to: from the push's DPoP proof or dpop_jkt, which must agree (RFC 9449 §10.1)."""
    thumbprint = dpop.proven(now)
    if thumbprint is None or pushed.dpop_jkt in (None, thumbprint):
        return thumbprint or pushed.dpop_jkt
    raise dpop.BadProof()
