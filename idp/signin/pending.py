"""Requests that wait while their person owes steps: any number of tabs, each with its own."""

import json
import secrets
from dataclasses import asdict, dataclass, fields
from typing import Any

from idp.database import reading, transaction
from idp.refusals import Refusal
from idp.signin.rules.steps import Asked
from idp.signin.storage import pending as storage


@dataclass(frozen=True)
class Service:
    """What the pages show of the relying party. `origin` is where its answer goes, scheme and host."""

    name: str
    origin: str = ""
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None


@dataclass(frozen=True)
class Pending:
    """`request` is the JSON text of the room that asked, opaque here. `profile` is chosen for this request, or None."""

    id: str
    kind: str
    request: str
    asked: Asked
    service: Service | None
    profile: str | None
    created_at: int


def keep(
    kind: str, request: str, asked: Asked, service: Service | None, browser: str, now: int, lifetime: int
) -> str:
    """Keep a checked request for `lifetime` seconds; its opaque id."""
    pending_id = secrets.token_urlsafe(24)
    row = {
        "id": pending_id,
        "browser": browser,
        "kind": kind,
        "request": request,
        "asked": json.dumps(asdict(asked)),
        "service": json.dumps(asdict(service)) if service else None,
        "created_at": now,
        "expires_at": now + lifetime,
    }
    with transaction(durable=False) as tx:
        storage.keep_pending(tx, row)
    return pending_id


def find(pending_id: str, browser: str, now: int) -> Pending:
    """The waiting request of this browser.

    Raises Refusal R01 (unknown or too old), R02 (another browser's) or R04 (answered already).
    """
    row = storage.find_pending(reading(), pending_id)
    if row is None or row["expires_at"] <= now:
        raise Refusal("R01", "no such pending request")
    if not secrets.compare_digest(row["browser"], browser):
        raise Refusal("R02", "the pending request belongs to another browser")
    service = Service(**json.loads(row["service"])) if row["service"] else None
    if row["finished_at"] is not None:
        raise Refusal("R04", "the pending request was answered", service=service)
    return Pending(
        row["id"],
        row["kind"],
        row["request"],
        _asked(json.loads(row["asked"])),
        service,
        row["profile"],
        row["created_at"],
    )


def choose_profile(pending: Pending, profile: str | None) -> None:
    """Remember, for this request, who the person says they are; None asks again."""
    with transaction(durable=False) as tx:
        storage.choose_profile(tx, pending.id, profile)


def _asked(values: dict[str, Any]) -> Asked:
    # A request that has waited through an upgrade may have a member that is no more.
    known = {one.name for one in fields(Asked)}
    said: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in values.items() if name in known
    }
    return Asked(**said)
