"""Sources of an authorization request's parameters: the URL, a signed request object, or a pushed request.

RFC 9101 (request objects by value and by request_uri), RFC 9126 (pushed requests). Each ends in one AuthorizationRequest.
Only the parameters inside a request object count (RFC 9101 §5): those beside it are unsigned and could be forged.
"""

import logging
from collections.abc import Sequence

from idp.crypto.opaque_tokens import digest
from idp.database.engine import reading
from idp.oidc.authorization.rules import request_object
from idp.oidc.authorization.rules.authorization_request import (
    AuthorizationRequest,
    Transport,
    check,
    checked_redirect,
    known_client,
    singled,
)
from idp.oidc.authorization.rules.saved_request import from_json, within_registration
from idp.oidc.clients import keys, registry, remote_documents
from idp.oidc.clients.registry import Client
from idp.oidc.rules.media_types import is_one_of
from idp.oidc.storage import pushed as storage
from idp.refusals import ProtocolRefusal, Refusal
from idp.refusals.requests import UNREADABLE_SERVICE_REQUEST
from idp.runtime.context import settings

log = logging.getLogger(__name__)

PUSHED = "urn:ietf:params:oauth:request_uri:"

Parameters = Sequence[tuple[str, str]]


def read(parameters: Parameters, now: int) -> tuple[AuthorizationRequest, Client]:
    """The checked request of /authorize, and its client.

    Raises Refusal P01 to P04, P07 (a page) or ProtocolRefusal with `back_to`.
    """
    if not any(name in ("request", "request_uri") for name, _ in parameters):
        return check(parameters, registry.find)
    sent, repeated = singled(parameters)
    client = known_client(sent, repeated, registry.find)
    if {"request", "request_uri"} <= sent.keys() or {"request", "request_uri"} & repeated:
        raise _refused(sent, client, "invalid_request", "request and request_uri exclude each other.")
    uri = sent.get("request_uri")
    if uri is not None and uri.startswith(PUSHED):
        return _opened(uri, client, now), client
    if client.registration.require_pushed_authorization_requests:
        raise _refused(sent, client, "invalid_request", "This client must push its requests (RFC 9126).")
    error = "invalid_request_object" if uri is None else "invalid_request_uri"
    if uri is not None:
        sent["request"] = _fetched(uri, sent, client, now)
    try:
        inside = opened(sent.get("request", ""), client, now)
    except Unsigned:
        unsupported = "request_not_supported" if uri is None else "request_uri_not_supported"
        raise _refused(sent, client, unsupported, "Unsigned request objects are not supported.") from None
    except request_object.BadRequestObject as fault:
        log.info("request object of client %s refused: %s", client.client_id, fault)
        raise _refused(sent, client, error, "The request object cannot be used.") from fault
    return check(inside, registry.find, Transport(signed=True))


class Unsigned(Exception):
    """A request object with alg none."""


def opened(token: str, client: Client, now: int) -> list[tuple[str, str]]:
    """The parameters of a request object of `client`. Raises Unsigned, BadRequestObject."""
    try:
        if keys.header_of(token).get("alg") == "none":
            raise Unsigned
        algs = client.registration.accepted_algs(client.registration.request_object_signing_alg)
        header, claims = keys.claims_of(token, client, algs, now)
    except keys.BadJWT as fault:
        raise request_object.BadRequestObject(str(fault)) from fault
    if not is_one_of(header.get("typ"), *request_object.TYPES):
        raise request_object.BadRequestObject("typ")
    issuer, fapi = settings().server.issuer, client.registration.is_fapi
    inside = request_object.parameters_of(claims, client.client_id, issuer, now, fapi)
    return [("client_id", client.client_id), *(pair for pair in inside if pair[0] != "client_id")]


def _opened(uri: str, client: Client, now: int) -> AuthorizationRequest:
    """A pushed request. It may be opened repeatedly until it is answered (RFC 9126 §4)."""
    pushed = storage.find(reading(), digest(uri), now)
    if pushed is None or pushed[0] != client.client_id:
        raise Refusal(
            UNREADABLE_SERVICE_REQUEST,
            "the pushed request is unknown, too old, answered, or another client's",
        )
    return within_registration(from_json(pushed[1]), client.registration)


def _fetched(uri: str, sent: dict[str, str], client: Client, now: int) -> str:
    # OIDC Core §6.2: only addresses that were registered are fetched; their fragment is the client's own.
    if uri not in client.registration.request_uris:
        raise _refused(sent, client, "invalid_request_uri", "The request_uri is not registered.")
    try:
        return remote_documents.request_object(client.client_id, uri, now)
    except remote_documents.NotFetched as fault:
        log.info("request_uri of client %s: %s", client.client_id, fault)
        raise _refused(sent, client, "invalid_request_uri", "The request_uri cannot be read.") from fault


def _refused(sent: dict[str, str], client: Client, error: str, description: str) -> ProtocolRefusal | Refusal:
    """A redirect to the redirect_uri beside the request object if that is registered; otherwise an error page."""
    try:
        return ProtocolRefusal(error, description, checked_redirect(sent, set(), client.registration))
    except Refusal:
        return Refusal(UNREADABLE_SERVICE_REQUEST, f"{error}: {description}")
