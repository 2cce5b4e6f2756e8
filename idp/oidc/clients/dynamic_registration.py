"""OAuth 2.0 Dynamic Client Registration (RFC 7591 §3): a publisher registers its service with an initial access token.

Registration without a token is refused: a registered service can reach a school's families. Members that only an
administrator may set are refused too.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import Response, jsonify, request

from idp.crypto.opaque_tokens import digest, new_token
from idp.database.engine import transaction
from idp.oidc.clients import initial_tokens, registration, registry
from idp.oidc.clients.registry import Client
from idp.oidc.clients.rules.client_metadata import BY_PROTOCOL, DEVICE_CODE, ClientMetadata
from idp.oidc.clients.rules.registered_members import is_service_scope
from idp.oidc.storage import clients as storage
from idp.runtime.context import settings
from idp.services.rules.registration_reader import Fault, MetadataFaults

INVALID_TOKEN = 'Bearer error="invalid_token"'
ADMINISTRATORS_ONLY = frozenset({"ect.scope.ine"})


def answer(now: int) -> Response:
    """The answer to POST /register."""
    token = bearer_token()
    if token is None:
        # RFC 6750 §3: without a token no error code is given.
        return refused(401, "invalid_token", "An initial access token is needed.", "Bearer")
    if not _usable(token, now):
        return refused(401, "invalid_token", "The token opens nothing (any more).", INVALID_TOKEN)
    try:
        metadata = read(document())
    except MetadataFaults as faults:
        return faulty(faults)
    result = _register(metadata, token, now)
    if result is None:
        return refused(401, "invalid_token", "The token was used meanwhile.", INVALID_TOKEN)
    registered, management = result
    body: dict[str, Any] = {
        "client_id": registered.client_id,
        "client_id_issued_at": now,
        **registered.metadata,
    }
    if registered.client_secret:
        body |= {"client_secret": registered.client_secret, "client_secret_expires_at": 0}
    body |= {
        "registration_access_token": management,
        "registration_client_uri": own_uri(registered.client_id),
    }
    return as_json(201, body)


def read(document: object, present: Client | None = None) -> ClientMetadata:
    """Validate a registration that a publisher may make alone; what an administrator added to the `present` one is preserved.

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
    """Each member with a value that only an administrator may grant, and that value."""
    foreign_scopes = (
        client.registration.scope for client in registry.every() if client.client_id != client_id
    )
    # A service's own scope is free until another service has it; resources are always granted by an administrator.
    taken = {word for scope in foreign_scopes for word in scope if is_service_scope(word)}
    # A device client has no redirect URI, so nothing proves that it controls the host of its pairwise sector.
    for name, reserved in (
        ("scope", ADMINISTRATORS_ONLY | taken),
        ("resources", set(asked.resources)),
        ("grant_types", {DEVICE_CODE}),
    ):
        granted = getattr(known, name) if known is not None else ()
        yield from ((name, word) for word in getattr(asked, name) if word in reserved and word not in granted)


def _limited(asked: ClientMetadata, known: ClientMetadata) -> ClientMetadata:
    """`asked` within the limits of the present registration: schools and profiles may become fewer, the season stays."""
    profiles = tuple(name for name in asked.accepted_profiles if name in known.accepted_profiles)
    schools = tuple(uai for uai in asked.accepted_schools if uai in known.accepted_schools)
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
    """The JSON of this request's body; None if it is not JSON, or is nested too deeply."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def own_uri(client_id: str) -> str:
    """Where a client manages its registration (RFC 7592 §3)."""
    return f"{settings().server.issuer}/register/{client_id}"


def bearer_token() -> str | None:
    """The bearer token of the request's Authorization header; None if it has none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def faulty(faults: MetadataFaults) -> Response:
    """RFC 7591 §3.2.2: one error, for the first fault."""
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


def _register(metadata: ClientMetadata, token: str, now: int) -> tuple[registration.Registered, str] | None:
    """Use the token, register the client and issue its registration access token (RFC 7592 §3), in one transaction."""
    with transaction() as tx:
        number = initial_tokens.use_in(tx, token, now)
        if number is None:
            return None
        owner = initial_tokens.label_of(tx, number)
        registered = registration.register_in(tx, metadata, f"initial_token:{number}", now, owner)
        management = new_token()
        storage.set_registration_token(tx, registered.client_id, digest(management))
    return registered, management


def _usable(token: str, now: int) -> bool:
    return bool(token) and len(token) <= 100 and initial_tokens.is_usable(token, now)
