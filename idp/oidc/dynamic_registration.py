"""OAuth 2.0 Dynamic Client Registration (RFC 7591 §3): a publisher registers its service with an initial access token.

Open registration is refused: a school's families are behind it. What only an administrator grants is refused here too.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import Response, jsonify, request

from idp.context import now, settings
from idp.database import transaction
from idp.oidc import clients, initial_tokens, registration
from idp.oidc.clients import Client
from idp.oidc.rules.client_metadata import BY_PROTOCOL, DEVICE_CODE, ClientMetadata
from idp.oidc.rules.metadata_reader import Fault, MetadataFaults
from idp.oidc.rules.registered_members import is_service_scope
from idp.oidc.storage import clients as storage
from idp.security import digest, new_token

NO_LONGER = 'Bearer error="invalid_token"'
ADMINISTRATORS_ONLY = frozenset({"ect.scope.ine"})


def answer() -> Response:
    """The answer to POST /register."""
    token = bearer_token()
    if token is None:
        # RFC 6750 §3: without a token no error code is given.
        return refused(401, "invalid_token", "An initial access token is needed.", "Bearer")
    if not _usable(token):
        return refused(401, "invalid_token", "The token opens nothing (any more).", NO_LONGER)
    try:
        metadata = read(document())
    except MetadataFaults as faults:
        return faulty(faults)
    made = _register(metadata, token)
    if made is None:
        return refused(401, "invalid_token", "The token was used meanwhile.", NO_LONGER)
    known, management = made
    body: dict[str, Any] = {"client_id": known.client_id, "client_id_issued_at": now(), **known.metadata}
    if known.client_secret:
        body |= {"client_secret": known.client_secret, "client_secret_expires_at": 0}
    body |= {"registration_access_token": management, "registration_client_uri": own_uri(known.client_id)}
    return as_json(201, body)


def read(document: object, present: Client | None = None) -> ClientMetadata:
    """A registration that a publisher may make alone; what an administrator has added to the `present` one stays.

    Raises MetadataFaults.
    """
    metadata = registration.read(document, BY_PROTOCOL)
    known = present.registration if present is not None else None
    for name, word in _beyond(metadata, known, present.client_id if present is not None else None):
        raise MetadataFaults([Fault(name, f"names what only an administrator grants ({word})")])
    if metadata.first_party and not (known and known.first_party):
        raise MetadataFaults([Fault("first_party", "is for an administrator to say")])
    return metadata if known is None else _limited(metadata, known)


def _beyond(
    asked: ClientMetadata, known: ClientMetadata | None, client_id: str | None
) -> Iterator[tuple[str, str]]:
    """Each member that names what is not a publisher's to take, with the word at fault."""
    others = (one.registration.scope for one in clients.every() if one.client_id != client_id)
    # A scope of the service's own is free until another has it; a resource is somebody's from the start.
    taken = {word for scope in others for word in scope if is_service_scope(word)}
    # Nothing of a code's way shows that the host whose subjects a device would receive is the publisher's own.
    for name, reserved in (
        ("scope", ADMINISTRATORS_ONLY | taken),
        ("resources", set(asked.resources)),
        ("grant_types", {DEVICE_CODE}),
    ):
        there = getattr(known, name) if known is not None else ()
        yield from ((name, word) for word in getattr(asked, name) if word in reserved and word not in there)


def _limited(asked: ClientMetadata, known: ClientMetadata) -> ClientMetadata:
    """`asked` within the limits that the registration has: schools and profiles may become fewer, seasons stay."""
    profiles = tuple(one for one in asked.accepted_profiles if one in known.accepted_profiles)
    schools = tuple(one for one in asked.accepted_schools if one in known.accepted_schools)
    return replace(
        asked,
        first_party=known.first_party,
        accepted_profiles=profiles or known.accepted_profiles,
        accepted_schools=(schools or known.accepted_schools)
        if known.accepted_schools
        else asked.accepted_schools,
        season_from=known.season_from or asked.season_from,
        season_until=known.season_until or asked.season_until,
    )


def document() -> Any:
    """The JSON of this request's body; None for what is none, or is nested without end."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def own_uri(client_id: str) -> str:
    """Where a client manages its registration (RFC 7592 §3)."""
    return f"{settings().server.issuer}/register/{client_id}"


def bearer_token() -> str | None:
    """The token of the request's header, None without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def faulty(faults: MetadataFaults) -> Response:
    """RFC 7591 §3.2.2: one error; the first fault is told."""
    first = faults.faults[0]
    return refused(400, first.error, f"{first.field} {first.sentence}.")


def refused(status: int, error: str, description: str, challenge: str | None = None) -> Response:
    response = as_json(status, {"error": error, "error_description": description})
    if challenge:
        response.headers["WWW-Authenticate"] = challenge
    return response


def as_json(status: int, body: dict[str, Any]) -> Response:
    response = jsonify(body)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _register(metadata: ClientMetadata, token: str) -> tuple[registration.Registered, str] | None:
    """The token's use, the client, and the token that manages it (RFC 7592 §3), in one transaction."""
    with transaction() as tx:
        number = initial_tokens.use_in(tx, token, now())
        if number is None:
            return None
        owner = initial_tokens.label_of(tx, number)
        made = registration.register_in(tx, metadata, f"initial_token:{number}", now(), owner)
        management = new_token()
        storage.set_registration_token(tx, made.client_id, digest(management))
    return made, management


def _usable(token: str) -> bool:
    return bool(token) and len(token) <= 100 and initial_tokens.is_usable(token, now())
