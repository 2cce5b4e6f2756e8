"""A client manages its registration (RFC 7592): read, replace, delete, with its registration access token.

Only a digest of the client's secret is stored, so reading never shows it again. A client cannot give itself more than it
could have registered (`dynamic_registration.read`).
"""

from typing import Any

from flask import Response, request

from idp.crypto.opaque_tokens import digest, same
from idp.oidc.clients import registration, registry
from idp.oidc.clients.dynamic_registration import (
    INVALID_TOKEN,
    as_json,
    bearer_token,
    document,
    faulty,
    own_uri,
    read,
    refused,
)
from idp.oidc.clients.registry import Client
from idp.services.rules.registration_reader import Fault, MetadataFaults

_SERVER_MEMBERS = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)

_SUBJECT_PARTS = {"sector_host": "redirect_uris", "subject_type": "subject_type"}
"""Part of a pairwise subject → the member of the document that it comes from (OIDC Core §8.1)."""


def answer(client_id: str, now: int) -> Response:
    """The answer to GET, PUT and DELETE /register/<client_id>. An unknown client gets the answer to a wrong token (§2.1)."""
    token = bearer_token()
    client = registry.find(client_id)
    expected = client.registration_token_digest if client is not None else None
    is_valid = same(digest(token or ""), expected or "") and token is not None and expected is not None
    if client is None or not is_valid:
        return refused(401, "invalid_token", "The token opens nothing (any more).", INVALID_TOKEN)
    if request.method == "DELETE":
        registration.delete(client_id, f"client:{client_id}", now)
        return Response(status=204, headers={"Cache-Control": "no-store"})
    if request.method == "PUT":
        try:
            _replace(client, document(), now)
        except MetadataFaults as faults:
            return faulty(faults)
        except registration.ChangedMeanwhile:
            return refused(409, "invalid_client_metadata", "It was changed meanwhile: read it again.")
        client = registry.find_fresh(client_id)
        assert client is not None
    return as_json(200, _shown(client, token or ""))


def _replace(client: Client, document: Any, now: int) -> None:
    """§2.2: the document is the whole registration. Raises MetadataFaults."""
    if not isinstance(document, dict) or document.get("client_id") != client.client_id:
        raise MetadataFaults([Fault("client_id", "is that of the registration")])
    if named := next((name for name in _SERVER_MEMBERS if name in document), None):
        raise MetadataFaults([Fault(named, "is the server's to say (RFC 7592 2.2)")])
    secret = document.get("client_secret")
    if secret is not None and not (isinstance(secret, str) and client.has_secret(secret[:1000], now)):
        raise MetadataFaults([Fault("client_secret", "is not that of the registration")])
    metadata = read(document, client)
    # A client that changed its sector would receive another sector's subjects.
    for name in _SUBJECT_PARTS:
        if getattr(metadata, name) != getattr(client.registration, name):
            raise MetadataFaults(
                [
                    Fault(
                        _SUBJECT_PARTS[name],
                        "would give people other subjects: an administrator moves a service",
                    )
                ]
            )
    needs_secret = metadata.token_endpoint_auth_method.startswith("client_secret")
    if needs_secret and client.secret_digest is None:
        raise MetadataFaults(
            [Fault("token_endpoint_auth_method", "would need a secret: an administrator makes one")]
        )
    actor = f"client:{client.client_id}"
    registration.replace_with(client.client_id, metadata, actor, now, client.revision)


def _shown(client: Client, token: str) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "client_id_issued_at": client.registered_at,
        **registration.shown(client.registration),
        "registration_access_token": token,
        "registration_client_uri": own_uri(client.client_id),
    }
