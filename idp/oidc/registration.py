"""Acts on clients: register, replace, suspend, rotate a secret (RFC 7591 §3.2.1 for what is answered)."""

import json
import secrets
from dataclasses import asdict, dataclass
from typing import Any

from idp import audit
from idp.context import settings
from idp.database import transaction
from idp.oidc.clients import secret_digest
from idp.oidc.rules.client_metadata import ClientMetadata, read_metadata
from idp.oidc.storage import clients as storage
from idp.security import new_token


class NoSuchClient(Exception):
    """No client has this client_id."""


@dataclass(frozen=True)
class Registered:
    """`client_secret` is shown this once, and None for clients that authenticate without one."""

    client_id: str
    client_secret: str | None
    metadata: dict[str, Any]


def register(document: dict[str, Any], actor: str, now: int) -> Registered:
    """Register a relying party. Raises MetadataFaults, which names every member at fault."""
    metadata = _read(document)
    client_id = secrets.token_hex(12)
    secret = new_token() if metadata.token_endpoint_auth_method.startswith("client_secret") else None
    row = {
        "client_id": client_id,
        "secret_digest": secret_digest(client_id, secret) if secret else None,
        "metadata_json": _text(metadata),
        "status": "active",
        "registered_at": now,
        "updated_at": now,
    }
    with transaction() as tx:
        storage.add(tx, row)
        audit.record(tx, now, "client.register", actor, f"client:{client_id}", name=metadata.client_name)
    return Registered(client_id, secret, shown(metadata))


def replace(client_id: str, document: dict[str, Any], actor: str, now: int) -> dict[str, Any]:
    """Put another registration in place of the old one. Raises MetadataFaults, NoSuchClient."""
    metadata = _read(document)
    with transaction() as tx:
        _known(storage.set_metadata(tx, client_id, _text(metadata), now), client_id)
        audit.record(tx, now, "client.replace", actor, f"client:{client_id}")
    return shown(metadata)


def disable(client_id: str, actor: str, now: int) -> None:
    """Suspend a client: nobody signs in for it, and its tokens are refused. Raises NoSuchClient."""
    _set_status(client_id, "suspended", actor, now)


def enable(client_id: str, actor: str, now: int) -> None:
    """Take a suspension back. Raises NoSuchClient."""
    _set_status(client_id, "active", actor, now)


def rotate_secret(client_id: str, actor: str, now: int) -> str:
    """A new secret, shown this once; the old one stops working at once. Raises NoSuchClient."""
    secret = new_token()
    with transaction() as tx:
        _known(storage.set_secret(tx, client_id, secret_digest(client_id, secret), now), client_id)
        audit.record(tx, now, "client.rotate_secret", actor, f"client:{client_id}")
    return secret


def shown(metadata: ClientMetadata) -> dict[str, Any]:
    """The registration as a JSON object, absent members left out."""
    document = {name: value for name, value in asdict(metadata).items() if value not in (None, (), [])}
    document["scope"] = " ".join(metadata.scope)
    return document


def _read(document: dict[str, Any]) -> ClientMetadata:
    return read_metadata(document, loopback_http=settings().server.mode == "development")


def _text(metadata: ClientMetadata) -> str:
    return json.dumps(asdict(metadata), ensure_ascii=False)


def _set_status(client_id: str, status: str, actor: str, now: int) -> None:
    with transaction() as tx:
        _known(storage.set_status(tx, client_id, status, now), client_id)
        audit.record(tx, now, f"client.{status}", actor, f"client:{client_id}")


def _known(changed: bool, client_id: str) -> None:
    if not changed:
        raise NoSuchClient(client_id)
