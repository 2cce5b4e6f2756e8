"""Reads the members of a registration document and collects every fault."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 2000


@dataclass(frozen=True)
class Fault:
    """`error` is RFC 7591 §3.2.2's code; `field` the member at fault; `kind` says what is allowed, with `facts` in place.

    Machines and commands read `sentence`; a page has its own words for each `kind` (`console.rules.registration_words`).
    """

    field: str
    kind: str
    error: str = "invalid_client_metadata"
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return (
            self.kind % {name: in_text(fact) for name, fact in self.facts.items()}
            if self.facts
            else self.kind
        )


def in_text(fact: object) -> str:
    """A fact as text; several values are separated by commas."""
    return ", ".join(str(item) for item in fact) if isinstance(fact, tuple) else str(fact)


class MetadataFaults(Exception):
    """The registration cannot be used; `faults` names every member at fault."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.sentence}" for fault in faults))
        self.faults = faults


@dataclass
class Reader:
    document: dict[str, Any]
    faults: list[Fault] = dataclasses.field(default_factory=list)

    def fault(self, name: str, kind: str, error: str = "invalid_client_metadata", **facts: Any) -> None:
        self.faults.append(Fault(name, kind, error, facts))

    def text(self, name: str, longest: int = 200) -> str | None:
        value = self.document.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
            self.fault(name, "is a text of 1 to %(longest)s characters", longest=longest)
            return None
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.document.get(name, default)
        if not isinstance(value, str) or value not in allowed:
            self.fault(name, "is one of %(allowed)s", allowed=allowed)
            return default
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.document.get(name, default)
        if not isinstance(value, bool):
            self.fault(name, "is true or false")
            return default
        return value

    def texts(self, name: str, most: int = 20, error: str = "invalid_client_metadata") -> tuple[str, ...]:
        value = self.document.get(name, [])
        if (
            not isinstance(value, list)
            or len(value) > most
            or not all(
                isinstance(item, str) and len(item) <= LONGEST and item.isprintable() for item in value
            )
        ):
            self.fault(
                name,
                "is a list of at most %(most)s texts of at most %(longest)s printable characters",
                error,
                most=most,
                longest=LONGEST,
            )
            return ()
        if len(set(value)) != len(value):
            self.fault(name, "names the same value twice", error)
        return tuple(value)

    def choices(self, name: str, allowed: tuple[str, ...], default: tuple[str, ...]) -> tuple[str, ...]:
        if name not in self.document:
            return default
        values = self.texts(name)
        if not values or any(value not in allowed for value in values):
            self.fault(name, "holds one or more of %(allowed)s", allowed=allowed)
            return default
        return values
