"""Registered clients as values in memory, with the face that Authlib asks of a client.

The cache holds what one generation of the registry says. Whoever registers, suspends or rotates raises the generation in
the same transaction, so no worker serves a stale client beyond the request it is in.
"""

import json
from dataclasses import dataclass, field, fields
from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin
from flask import current_app, has_request_context, request

from idp.context import now, settings
from idp.database import generation, reading
from idp.oidc.rules.client_metadata import ClientMetadata
from idp.oidc.storage import clients as storage
from idp.security import keyed_digest, same


@dataclass(frozen=True)
class Client(ClientMixin):  # type: ignore[misc]
    """A registered relying party."""

    client_id: str
    secret_digest: str | None
    registration: ClientMetadata
    status: str
    registered_at: int
    updated_at: int
    previous_secret_digest: str | None = field(default=None, repr=False)
    previous_secret_until: int | None = None
    owner: str = ""
    revision: int = 1
    last_used_at: int | None = None
    registration_token_digest: str | None = field(default=None, repr=False)

    @property
    def is_active(self) -> bool:
        return self.status == "active"

    @property
    def sector(self) -> str:
        """What makes this client's pairwise subjects: a host, else the client alone."""
        return self.registration.sector_host or self.client_id

    @property
    def client_metadata(self) -> dict[str, Any]:
        """The members that Authlib's logout and userinfo endpoints look up."""
        return {"post_logout_redirect_uris": list(self.registration.post_logout_redirect_uris)}

    def get_client_id(self) -> str:
        return self.client_id

    def check_client_secret(self, client_secret: str) -> bool:
        """The present secret, or during a rotation the one before. Both are compared, whichever agrees."""
        given, kept = secret_digest(self.client_id, client_secret), self.secret_digest
        present = same(given, kept or "") and kept is not None
        before = same(given, self.previous_secret_digest or "") and self.previous_secret_digest is not None
        return present or (before and (self.previous_secret_until or 0) > now())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self.registration.token_endpoint_auth_method

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.registration.grant_types


def secret_digest(client_id: str, secret: str) -> str:
    """A client secret is 256 random bits: a keyed SHA-256 keeps it; a password hash would cost a hundred flows."""
    return keyed_digest(settings().secrets.secret_key.encode(), f"client {client_id}", secret)


class Registry:
    """What one generation says: clients found so far, and whatever else rooms keep beside them under `kept`."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.clients: dict[str, Client] = {}
        self.kept: dict[str, Any] = {}


def registry() -> Registry:
    """The registry of the current generation: one short SELECT a request; outside of requests, one each time."""
    known: Registry | None = request.environ.get("idp.registry") if has_request_context() else None
    if known is not None:
        return known
    number = generation()
    held: Registry | None = current_app.extensions.get("registry")
    if held is None or held.number != number:
        held = current_app.extensions["registry"] = Registry(number)
    if has_request_context():
        request.environ["idp.registry"] = held
    return held


def find(client_id: str) -> Client | None:
    """A registered client, suspended ones too."""
    clients = registry().clients
    if client_id not in clients:
        row = storage.find(reading(), client_id)
        if row is None:
            return None
        clients[client_id] = _client(row)
    return clients[client_id]


def find_fresh(client_id: str) -> Client | None:
    """The same, read again: for the request that has just changed it."""
    row = storage.find(reading(), client_id)
    return _client(row) if row is not None else None


def active(client_id: str) -> Client | None:
    """A client that may speak now."""
    client = find(client_id) if client_id and len(client_id) <= 100 else None
    return client if client is not None and client.is_active else None


def every() -> list[Client]:
    """All registered clients, the oldest first."""
    return [_client(row) for row in storage.every(reading())]


def _client(row: dict[str, Any]) -> Client:
    return Client(
        row["client_id"],
        row["secret_digest"],
        registration_from_json(row["metadata_json"]),
        row["status"],
        row["registered_at"],
        row["updated_at"],
        row["previous_secret_digest"],
        row["previous_secret_until"],
        row["owner"],
        row["revision"],
        row["last_used_at"],
        row["registration_token_digest"],
    )


def registration_from_json(text: str) -> ClientMetadata:
    """The registration that was validated when it was stored."""
    values: dict[str, Any] = json.loads(text)
    known = {known.name for known in fields(ClientMetadata)}
    said: dict[str, Any] = {name: value for name, value in values.items() if name in known}
    for name, value in said.items():
        if isinstance(value, list):
            said[name] = tuple(value)
    return ClientMetadata(**said)
