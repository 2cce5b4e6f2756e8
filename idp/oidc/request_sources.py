"""Where the parameters of an authorization request are: in the address, in a signed object, or pushed before.

RFC 9101 (request objects by value and by request_uri), RFC 9126 (pushed requests). Each ends in one AuthorizationRequest.
An object's parameters alone count (RFC 9101 §5): what stands beside it could have been changed on the way.
"""

import logging
from collections.abc import Sequence

from idp.context import now, settings
from idp.database import reading
from idp.oidc import client_keys, clients, fetching
from idp.oidc.clients import Client
from idp.oidc.rules import request_object, security_profiles
from idp.oidc.rules.authorization_request import (
    AuthorizationRequest,
    Transport,
    check,
    checked_redirect,
    known_client,
    singled,
)
from idp.oidc.rules.client_metadata import ASSERTION_ALGS
from idp.oidc.rules.waiting_request import from_json, within_registration
from idp.oidc.storage import pushed as storage
from idp.refusals import ProtocolRefusal, Refusal
from idp.security import digest

log = logging.getLogger(__name__)

PUSHED = "urn:ietf:params:oauth:request_uri:"

Parameters = Sequence[tuple[str, str]]


def read(parameters: Parameters) -> AuthorizationRequest:
    """The checked request of /authorize.

    Raises Refusal P01 to P04, P07 (a page) or ProtocolRefusal with `back_to`.
    """
    if not any(name in ("request", "request_uri") for name, _ in parameters):
        return check(parameters, clients.find)
    given, repeated = singled(parameters)
    client = _client(given, repeated)
    if {"request", "request_uri"} <= given.keys() or {"request", "request_uri"} & repeated:
        raise _refused(given, client, "invalid_request", "request and request_uri exclude each other.")
    uri = given.get("request_uri")
    if uri is not None and uri.startswith(PUSHED):
        return _opened(uri, client)
    if client.registration.require_pushed_authorization_requests:
        raise _refused(given, client, "invalid_request", "This client must push its requests (RFC 9126).")
    error = "invalid_request_object" if uri is None else "invalid_request_uri"
    if uri is not None:
        given["request"] = _fetched(uri, given, client)
    try:
        inside = opened(given.get("request", ""), client)
    except Unsigned:
        unsupported = "request_not_supported" if uri is None else "request_uri_not_supported"
        raise _refused(given, client, unsupported, "Unsigned request objects are not supported.") from None
    except request_object.BadRequestObject as fault:
        log.info("request object of client %s refused: %s", client.client_id, fault)
        raise _refused(given, client, error, "The request object cannot be used.") from fault
    return check(inside, clients.find, Transport(signed=True))


class Unsigned(Exception):
    """A request object with alg none."""


def opened(token: str, client: Client) -> list[tuple[str, str]]:
    """The parameters of a request object of `client`. Raises Unsigned, BadRequestObject."""
    try:
        if client_keys.header_of(token).get("alg") == "none":
            raise Unsigned
        header, claims = client_keys.claims_of(token, client, _algorithms(client))
    except client_keys.BadJWT as fault:
        raise request_object.BadRequestObject(str(fault)) from fault
    if header.get("typ") not in request_object.TYPES:
        raise request_object.BadRequestObject("typ")
    issuer, fapi = settings().server.issuer, client.registration.is_fapi
    inside = request_object.parameters_of(claims, client.client_id, issuer, now(), fapi)
    return [("client_id", client.client_id), *(one for one in inside if one[0] != "client_id")]


def _opened(uri: str, client: Client) -> AuthorizationRequest:
    """A pushed request, as often as its person opens it, until it is answered (RFC 9126 §4)."""
    found = storage.find(reading(), digest(uri), now())
    if found is None or found[0] != client.client_id:
        raise Refusal("P07", "the pushed request is unknown, too old, answered, or another client's")
    return within_registration(from_json(found[1]), client.registration)


def _fetched(uri: str, given: dict[str, str], client: Client) -> str:
    # OIDC Core §6.2: only addresses that were registered are fetched; their fragment is the client's own.
    if uri not in client.registration.request_uris:
        raise _refused(given, client, "invalid_request_uri", "The request_uri is not registered.")
    try:
        return fetching.request_object(client.client_id, uri)
    except fetching.NotFetched as fault:
        log.info("request_uri of client %s: %s", client.client_id, fault)
        raise _refused(given, client, "invalid_request_uri", "The request_uri cannot be read.") from fault


def _client(given: dict[str, str], repeated: set[str]) -> Client:
    known = known_client(given, repeated, clients.find)
    client = clients.find(known.client_id)
    assert client is not None
    return client


def _refused(
    given: dict[str, str], client: Client, error: str, description: str
) -> ProtocolRefusal | Refusal:
    """To the redirect URI beside the object, if that is a registered one; else a page."""
    try:
        return ProtocolRefusal(error, description, checked_redirect(given, set(), client.registration))
    except Refusal:
        return Refusal("P07", f"{error}: {description}")


def _algorithms(client: Client) -> tuple[str, ...]:
    said = client.registration
    if said.request_object_signing_alg is not None:
        return (said.request_object_signing_alg,)
    return security_profiles.ALGS if said.is_fapi else ASSERTION_ALGS
