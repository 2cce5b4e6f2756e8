"""Acts on clients: register, replace, suspend, delete, rotate a secret (RFC 7591 §3.2.1 for the response)."""

import json
import secrets
from dataclasses import asdict, dataclass
from typing import Any

from idp.audit import trail
from idp.crypto.opaque_tokens import new_token
from idp.database.engine import Connection, transaction
from idp.durations import DAY
from idp.oidc.clients import remote_documents
from idp.oidc.clients.registry import registration_from_json, secret_digest
from idp.oidc.clients.rules.client_metadata import BY_HAND, ClientMetadata, Defaults, read_metadata
from idp.oidc.clients.rules.consent_kinds import outgrown
from idp.oidc.storage import clients as storage
from idp.oidc.storage import grants
from idp.runtime.context import settings
from idp.services.rules.registration_reader import Fault, MetadataFaults


class NoSuchClient(Exception):
    """No client has this client_id."""


@dataclass(frozen=True)
class Registered:
    """`client_secret` is available only here; None for clients that authenticate without a secret."""

    client_id: str
    client_secret: str | None
    metadata: dict[str, Any]


class ChangedMeanwhile(Exception):
    """The registration has changed since it was read."""


def register(document: dict[str, Any], actor: str, now: int, owner: str = "") -> Registered:
    """Register a relying party; `owner` is responsible for it. Raises MetadataFaults, which names every member at fault."""
    metadata = read(document)
    with transaction() as tx:
        return register_in(tx, metadata, actor, now, owner)


def register_in(
    tx: Connection, metadata: ClientMetadata, actor: str, now: int, owner: str = ""
) -> Registered:
    """Register validated metadata, in the transaction of a larger act."""
    client_id = secrets.token_hex(12)
    secret = new_token() if metadata.token_endpoint_auth_method.startswith("client_secret") else None
    row = {
        "client_id": client_id,
        "secret_digest": secret_digest(client_id, secret) if secret else None,
        "metadata_json": _text(metadata),
        "status": "active",
        "registered_at": now,
        "updated_at": now,
        "owner": owner[:200],
    }
    storage.add(tx, row)
    trail.record(tx, now, "client.register", actor, f"client:{client_id}", name=metadata.client_name)
    return Registered(client_id, secret, shown(metadata))


def replace(
    client_id: str,
    document: dict[str, Any],
    actor: str,
    now: int,
    revision: int | None = None,
    owner: str | None = None,
) -> dict[str, Any]:
    """Replace a registration. `revision`: the one that the caller has read; None: whatever it is.

    Raises MetadataFaults, NoSuchClient, ChangedMeanwhile.
    """
    return replace_with(client_id, read(document), actor, now, revision, owner)


def replace_with(
    client_id: str,
    metadata: ClientMetadata,
    actor: str,
    now: int,
    revision: int | None = None,
    owner: str | None = None,
) -> dict[str, Any]:
    """Replace a registration by validated metadata. Raises NoSuchClient, ChangedMeanwhile.

    If the new registration needs consent that people have not given, its grants are revoked: they are asked again.
    """
    with transaction() as tx:
        row = storage.find(tx, client_id)
        if row is None:
            raise NoSuchClient(client_id)
        if not storage.set_metadata(tx, client_id, _text(metadata), now, revision):
            raise ChangedMeanwhile(client_id)
        if outgrown(registration_from_json(row["metadata_json"]), metadata):
            grants.revoke_client(tx, client_id, now)
        if owner is not None:
            storage.set_owner(tx, client_id, owner[:200])
        trail.record(tx, now, "client.replace", actor, f"client:{client_id}")
    return shown(metadata)


def disable(client_id: str, actor: str, now: int) -> None:
    """Suspend a client: logins and tokens are refused. Raises NoSuchClient."""
    _set_status(client_id, "suspended", actor, now)


def enable(client_id: str, actor: str, now: int) -> None:
    """End a suspension. Raises NoSuchClient."""
    _set_status(client_id, "active", actor, now)


def delete(client_id: str, actor: str, now: int) -> None:
    """Delete a registration for good: its grants are revoked, its client_id is never issued again. Raises NoSuchClient."""
    with transaction() as tx:
        _known(storage.set_status(tx, client_id, storage.DELETED, now), client_id)
        storage.set_registration_token(tx, client_id, None)
        grants.revoke_client(tx, client_id, now)
        trail.record(tx, now, "client.delete", actor, f"client:{client_id}")


def rotate_secret(client_id: str, actor: str, now: int, overlap: int | None = None) -> str:
    """Issue a new secret, returned only here. The previous one works for `overlap` seconds more
    (None: console.secret_overlap_days).

    Raises NoSuchClient.
    """
    secret = new_token()
    lasting = settings().console.secret_overlap_days * DAY if overlap is None else overlap
    with transaction() as tx:
        stored = secret_digest(client_id, secret)
        _known(storage.set_secret(tx, client_id, stored, now + lasting, now), client_id)
        trail.record(tx, now, "client.rotate_secret", actor, f"client:{client_id}", overlap=lasting)
    return secret


def end_previous_secret(client_id: str, actor: str, now: int) -> None:
    """End a rotation: the previous secret stops working at once. Raises NoSuchClient."""
    with transaction() as tx:
        _known(storage.end_previous_secret(tx, client_id), client_id)
        trail.record(tx, now, "client.end_previous_secret", actor, f"client:{client_id}")


def shown(metadata: ClientMetadata) -> dict[str, Any]:
    """The registration as a JSON object, without absent members."""
    document = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(metadata).items()
        if value not in (None, (), [])
    }
    document["scope"] = " ".join(metadata.scope)
    return document


def read(document: object, defaults: Defaults = BY_HAND) -> ClientMetadata:
    """Validate a registration document under the current settings. Raises MetadataFaults.

    A sector identifier document is fetched, and must list every redirect URI (OIDC Registration §5).
    """
    metadata = read_metadata(document, settings().server.mode == "development", defaults)
    if metadata.sector_identifier_uri is not None:
        try:
            listed = remote_documents.sector_uris(metadata.sector_identifier_uri)
        except remote_documents.NotFetched as fault:
            raise MetadataFaults(
                [Fault("sector_identifier_uri", "cannot be used: %(reason)s", facts={"reason": str(fault)})]
            ) from fault
        # A device client has no redirect URI: the document must list its client_uri instead.
        if any(uri not in listed for uri in metadata.redirect_uris or (metadata.client_uri or "",)):
            raise MetadataFaults([Fault("sector_identifier_uri", "does not list every redirect URI")])
    return metadata


def _text(metadata: ClientMetadata) -> str:
    return json.dumps(asdict(metadata), ensure_ascii=False)


def _set_status(client_id: str, status: str, actor: str, now: int) -> None:
    with transaction() as tx:
        _known(storage.set_status(tx, client_id, status, now), client_id)
        trail.record(tx, now, f"client.{status}", actor, f"client:{client_id}")


def _known(changed: bool, client_id: str) -> None:
    if not changed:
        raise NoSuchClient(client_id)
