"""Registered services of CAS and SAML as values in memory, valid for one generation of the registry."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from idp.database.engine import reading
from idp.database.generation import cache
from idp.services.rules.registration import Registration, stored_members
from idp.services.rules.service import Service
from idp.services.storage import registrations as storage

AnyRegistration = TypeVar("AnyRegistration", bound=Registration)


@dataclass(frozen=True)
class Registered(Generic[AnyRegistration]):
    """A registered service. Times are epoch seconds."""

    id: str
    protocol: str
    registration: AnyRegistration
    status: str
    registered_at: int
    updated_at: int
    owner: str
    revision: int

    @property
    def is_active(self) -> bool:
        return self.status == "active"

    @cached_property
    def service(self) -> Service:
        """The service, independent of the protocol."""
        return self.registration.service(self.id)


def of_protocol(protocol: str, known: type[AnyRegistration]) -> dict[str, Registered[AnyRegistration]]:
    """The services of a protocol by their ids, the oldest first, suspended ones included. `known`: the protocol's registrations."""
    values = cache().values
    name = f"services of {protocol}"
    if name not in values:
        values[name] = {row["id"]: read(row, known) for row in _rows() if row["protocol"] == protocol}
    return cast(dict[str, Registered[AnyRegistration]], values[name])


def find_fresh(service: str, known: type[AnyRegistration]) -> Registered[AnyRegistration] | None:
    """A registered service, read past the cache: for the request that has just changed it."""
    row = storage.find(reading(), service)
    return None if row is None else read(row, known)


def read(row: dict[str, Any], known: type[AnyRegistration]) -> Registered[AnyRegistration]:
    """The service of a row, with the registration that was validated when it was stored."""
    return Registered(
        row["id"],
        row["protocol"],
        known(**stored_members(json.loads(row["registration"]), known)),
        row["status"],
        row["registered_at"],
        row["updated_at"],
        row["owner"],
        row["revision"],
    )


def _rows() -> list[dict[str, Any]]:
    values = cache().values
    if "services" not in values:
        values["services"] = storage.every(reading())
    rows: list[dict[str, Any]] = values["services"]
    return rows
