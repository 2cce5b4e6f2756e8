"""Managing one's own registration (RFC 7592): read, replace, delete, with the token that came with it.

The client's secret is kept as a digest alone, so reading never shows it again; nothing here gives a client more than it
could have registered (`dynamic_registration.read`).
"""

from typing import Any

from flask import Response, request

from idp.context import now
from idp.oidc import clients, registration
from idp.oidc.clients import Client
from idp.oidc.dynamic_registration import (
    NO_LONGER,
    as_json,
    bearer_token,
    document,
    faulty,
    own_uri,
    read,
    refused,
)
from idp.oidc.rules.metadata_reader import Fault, MetadataFaults
from idp.security import digest, same

_OF_THE_SERVER = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)

_MAKES = {"sector_host": "redirect_uris", "subject_type": "subject_type"}
"""Which member of a document each part of a pairwise subject comes from (OIDC Core §8.1)."""


def answer(client_id: str) -> Response:
    """The answer to GET, PUT and DELETE /register/<client_id>. An unknown client is told like a wrong token (§2.1)."""
    token = bearer_token()
    client = clients.find(client_id)
    kept = client.registration_token_digest if client is not None else None
    right = same(digest(token or ""), kept or "") and token is not None and kept is not None
    if client is None or not right:
        return refused(401, "invalid_token", "The token opens nothing (any more).", NO_LONGER)
    if request.method == "DELETE":
        registration.delete(client_id, f"client:{client_id}", now())
        return Response(status=204, headers={"Cache-Control": "no-store"})
    if request.method == "PUT":
        try:
            _replace(client, document())
        except MetadataFaults as faults:
            return faulty(faults)
        except registration.ChangedMeanwhile:
            return refused(409, "invalid_client_metadata", "It was changed meanwhile: read it again.")
        client = clients.find_fresh(client_id)
        assert client is not None
    return as_json(200, _shown(client, token or ""))


def _replace(client: Client, given: Any) -> None:
    """§2.2: the document is the whole registration. Raises MetadataFaults."""
    if not isinstance(given, dict) or given.get("client_id") != client.client_id:
        raise MetadataFaults([Fault("client_id", "is that of the registration")])
    if named := next((name for name in _OF_THE_SERVER if name in given), None):
        raise MetadataFaults([Fault(named, "is the server's to say (RFC 7592 2.2)")])
    secret = given.get("client_secret")
    if secret is not None and not (isinstance(secret, str) and client.check_client_secret(secret[:1000])):
        raise MetadataFaults([Fault("client_secret", "is not that of the registration")])
    asked = read(given, client)
    # Whoever could move to another's host would read, at the next refresh, the subjects that people have there.
    for name in _MAKES:
        if getattr(asked, name) != getattr(client.registration, name):
            raise MetadataFaults(
                [Fault(_MAKES[name], "would give people other subjects: an administrator moves a service")]
            )
    needs_secret = asked.token_endpoint_auth_method.startswith("client_secret")
    if needs_secret and client.secret_digest is None:
        raise MetadataFaults(
            [Fault("token_endpoint_auth_method", "would need a secret: an administrator makes one")]
        )
    actor = f"client:{client.client_id}"
    registration.replace_with(client.client_id, asked, actor, now(), client.revision)


def _shown(client: Client, token: str) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "client_id_issued_at": client.registered_at,
        **registration.shown(client.registration),
        "registration_access_token": token,
        "registration_client_uri": own_uri(client.client_id),
    }
