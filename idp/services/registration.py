"""Acts on services of CAS and SAML: register, replace, suspend, delete. Clients of OpenID Connect have their own."""

import json
import secrets

from idp.audit import trail
from idp.database.engine import Connection, transaction
from idp.services.rules.registration import Registration, to_document
from idp.services.storage import registrations as storage


class NoSuchService(Exception):
    """No service has this id."""


class ChangedMeanwhile(Exception):
    """The registration has changed since it was read."""


def register(protocol: str, registration: Registration, actor: str, now: int, owner: str = "") -> str:
    """Register a service under a validated registration; `owner` is responsible for it. Returns its id."""
    with transaction() as tx:
        return register_in(tx, protocol, registration, actor, now, owner)


def register_in(
    tx: Connection, protocol: str, registration: Registration, actor: str, now: int, owner: str = ""
) -> str:
    """Register a service, in the transaction of a larger act."""
    service = secrets.token_hex(12)
    row = {
        "id": service,
        "protocol": protocol,
        "registration": _text(registration),
        "status": "active",
        "registered_at": now,
        "updated_at": now,
        "owner": owner[:200],
    }
    storage.add(tx, row)
    trail.record(tx, now, "client.register", actor, f"client:{service}", name=registration.name)
    return service


def replace(
    service: str, registration: Registration, owner: str, revision: int, actor: str, now: int
) -> None:
    """Replace a registration. `revision`: the one that the caller has read. Raises NoSuchService, ChangedMeanwhile."""
    with transaction() as tx:
        if storage.find(tx, service) is None:
            raise NoSuchService(service)
        if not storage.replace(tx, service, _text(registration), owner[:200], revision, now):
            raise ChangedMeanwhile(service)
        trail.record(tx, now, "client.replace", actor, f"client:{service}")


def disable(service: str, actor: str, now: int) -> None:
    """Suspend a service: logins and tickets are refused. Raises NoSuchService."""
    _set_status(service, "suspended", actor, now)


def enable(service: str, actor: str, now: int) -> None:
    """End a suspension. Raises NoSuchService."""
    _set_status(service, "active", actor, now)


def delete(service: str, actor: str, now: int) -> None:
    """Delete a registration for good; its id is never given again. Raises NoSuchService."""
    with transaction() as tx:
        if not storage.set_status(tx, service, storage.DELETED, now):
            raise NoSuchService(service)
        trail.record(tx, now, "client.delete", actor, f"client:{service}")


def _set_status(service: str, status: str, actor: str, now: int) -> None:
    with transaction() as tx:
        if not storage.set_status(tx, service, status, now):
            raise NoSuchService(service)
        trail.record(tx, now, f"client.{status}", actor, f"client:{service}")


def _text(registration: Registration) -> str:
    return json.dumps(to_document(registration), ensure_ascii=False)
