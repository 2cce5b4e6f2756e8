"""OAuth 2.0 Dynamic Client Registration (RFC 7591 §3): a publisher registers its service with an initial access token.

Open registration is refused: a school's families are behind it. What only an administrator grants (the INE) is refused
here too. Management of one's own registration (RFC 7592) is not here yet.
"""

from typing import Any

from flask import Response, jsonify, request

from idp.context import now
from idp.database import transaction
from idp.oidc import initial_tokens, registration
from idp.oidc.rules.client_metadata import ClientMetadata
from idp.oidc.rules.metadata_reader import Fault, MetadataFaults

_NO_LONGER = 'Bearer error="invalid_token"'
ADMINISTRATORS_ONLY = frozenset({"ect.scope.ine"})


def answer() -> Response:
    """The answer to POST /register."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        # RFC 6750 §3: without a token no error code is given.
        return _error(401, "invalid_token", "An initial access token is needed.", "Bearer")
    if not _usable(token):
        return _error(401, "invalid_token", "The token opens nothing (any more).", _NO_LONGER)
    try:
        metadata = registration.read(request.get_json(silent=True))
        _refuse_what_is_not_theirs(metadata)
    except MetadataFaults as faults:
        first = faults.faults[0]
        return _error(400, first.error, f"{first.field} {first.sentence}.")
    made = _register(metadata, token)
    if made is None:
        return _error(401, "invalid_token", "The token was used meanwhile.", _NO_LONGER)
    body: dict[str, Any] = {"client_id": made.client_id, "client_id_issued_at": now(), **made.metadata}
    if made.client_secret:
        body |= {"client_secret": made.client_secret, "client_secret_expires_at": 0}
    return _json(201, body)


def _register(metadata: ClientMetadata, token: str) -> registration.Registered | None:
    """The token's use and the client, in one transaction."""
    with transaction() as tx:
        number = initial_tokens.use_in(tx, token, now())
        if number is None:
            return None
        owner = initial_tokens.label_of(tx, number)
        return registration.register_in(tx, metadata, f"initial_token:{number}", now(), owner)


def _usable(token: str) -> bool:
    return bool(token) and len(token) <= 100 and initial_tokens.is_usable(token, now())


def _refuse_what_is_not_theirs(metadata: ClientMetadata) -> None:
    if ADMINISTRATORS_ONLY & set(metadata.scope):
        raise MetadataFaults([Fault("scope", "names one that only an administrator grants (ect.scope.ine)")])


def _error(status: int, error: str, description: str, challenge: str | None = None) -> Response:
    response = _json(status, {"error": error, "error_description": description})
    if challenge:
        response.headers["WWW-Authenticate"] = challenge
    return response


def _json(status: int, body: dict[str, Any]) -> Response:
    response = jsonify(body)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
