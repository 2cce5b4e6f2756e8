"""OAuth 2.0 Dynamic Client Registration (RFC 7591 §3): a publisher registers its service with an initial access token.

Open registration is refused: a school's families are behind it. What only an administrator grants is refused here too.
"""

from dataclasses import replace
from typing import Any

from flask import Response, jsonify, request

from idp.context import now, settings
from idp.database import transaction
from idp.oidc import initial_tokens, registration
from idp.oidc.rules.client_metadata import BY_PROTOCOL, DEVICE_CODE, ClientMetadata
from idp.oidc.rules.metadata_reader import Fault, MetadataFaults
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
        metadata = read(request.get_json(silent=True))
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


def read(document: object, present: ClientMetadata | None = None) -> ClientMetadata:
    """A registration that a publisher may make alone; what an administrator has added to the `present` one stays.

    Raises MetadataFaults.
    """
    metadata = registration.read(document, BY_PROTOCOL)
    added = set(metadata.scope) - set(present.scope if present else ())
    if ADMINISTRATORS_ONLY & added:
        raise MetadataFaults([Fault("scope", "names one that only an administrator grants (ect.scope.ine)")])
    # Nothing of a code's way shows that the host whose subjects a device would receive is the publisher's own.
    if DEVICE_CODE in metadata.grant_types and not (present and DEVICE_CODE in present.grant_types):
        raise MetadataFaults(
            [Fault("grant_types", "names the device flow, which only an administrator grants")]
        )
    schools_own = present is not None and present.first_party
    if metadata.first_party and not schools_own:
        raise MetadataFaults([Fault("first_party", "is for an administrator to say")])
    return replace(metadata, first_party=schools_own)


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
