"""Reading one member after another of a registration document, and keeping every fault that is met."""

from dataclasses import dataclass, field
from typing import Any

LONGEST = 2000


@dataclass(frozen=True)
class Fault:
    """`error` is RFC 7591 §3.2.2's code; `field` the member at fault; `sentence` what is allowed."""

    field: str
    sentence: str
    error: str = "invalid_client_metadata"


class MetadataFaults(Exception):
    """The registration cannot be used; `faults` names every member at fault."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.sentence}" for fault in faults))
        self.faults = faults


@dataclass
class Reader:
    document: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, name: str, sentence: str, error: str = "invalid_client_metadata") -> None:
        self.faults.append(Fault(name, sentence, error))

    def text(self, name: str, longest: int = 200) -> str | None:
        value = self.document.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
            self.fault(name, f"is a text of 1 to {longest} characters")
            return None
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.document.get(name, default)
        if not isinstance(value, str) or value not in allowed:
            self.fault(name, f"is one of {', '.join(allowed)}")
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
                name, f"is a list of at most {most} texts of at most {LONGEST} printable characters", error
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
            self.fault(name, f"holds one or more of {', '.join(allowed)}")
            return default
        return values
