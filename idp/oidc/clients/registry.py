"""Registered clients as values in memory, with the interface that Authlib expects of a client.

The cache is valid for one generation of the registry. Acts on clients raise the generation in their transaction, so no
worker uses a stale client beyond its current request.
"""

import json
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin

from idp.crypto.opaque_tokens import keyed_digest, same
from idp.database.engine import reading
from idp.database.generation import cache
from idp.oidc.clients.rules.client_metadata import ClientMetadata
from idp.oidc.storage import clients as storage
from idp.runtime.context import settings
from idp.services.rules.service import Service


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

    @cached_property
    def service(self) -> Service:
        """The client as a service, independent of the protocol."""
        registration = self.registration
        return Service(
            self.client_id,
            registration.client_name,
            registration.first_party,
            registration.season_from,
            registration.season_until,
            registration.accepted_schools,
            registration.client_uri,
            registration.logo_uri,
            registration.policy_uri,
            registration.tos_uri,
        )

    @property
    def is_active(self) -> bool:
        return self.status == "active"

    @cached_property
    def sector(self) -> str:
        """The sector of pairwise subjects: a host, or the client_id if there is no single host."""
        return self.registration.sector_host or self.client_id

    @property
    def client_metadata(self) -> dict[str, Any]:
        """The members that Authlib's logout and userinfo endpoints read."""
        return {"post_logout_redirect_uris": list(self.registration.post_logout_redirect_uris)}

    def get_client_id(self) -> str:
        return self.client_id

    def has_secret(self, client_secret: str, now: int) -> bool:
        """Whether this is the current secret, or during a rotation the previous one. Both are always compared."""
        received, expected = secret_digest(self.client_id, client_secret), self.secret_digest
        is_current = same(received, expected or "") and expected is not None
        is_previous = (
            same(received, self.previous_secret_digest or "") and self.previous_secret_digest is not None
        )
        return is_current or (is_previous and (self.previous_secret_until or 0) > now)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return self.registration.accepts_auth_method(method)

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.registration.grant_types


def secret_digest(client_id: str, secret: str) -> str:
    """The stored digest of a client secret. A secret has 256 random bits, so a keyed SHA-256 suffices, and no slow hash is needed."""
    return keyed_digest(settings().secrets.secret_key.encode(), f"client {client_id}", secret)


def _clients() -> dict[str, Client]:
    clients: dict[str, Client] = cache().values.setdefault("clients", {})
    return clients


def find(client_id: str) -> Client | None:
    """A registered client, active or suspended."""
    clients = _clients()
    if client_id not in clients:
        row = storage.find(reading(), client_id)
        if row is None:
            return None
        clients[client_id] = _client(row)
    return clients[client_id]


def find_fresh(client_id: str) -> Client | None:
    """A registered client, read past the cache: for the request that has just changed it."""
    row = storage.find(reading(), client_id)
    return _client(row) if row is not None else None


def active(client_id: str) -> Client | None:
    """A client that is registered and not suspended."""
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
    members: dict[str, Any] = {name: value for name, value in values.items() if name in known}
    for name, value in members.items():
        if isinstance(value, list):
            members[name] = tuple(value)
    return ClientMetadata(**members)
