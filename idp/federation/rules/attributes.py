"""What an upstream says about a person, in one form for OpenID Connect and SAML: name → values, all of them texts."""

from collections.abc import Iterable, Mapping
from typing import Any

Attributes = Mapping[str, tuple[str, ...]]

MOST_VALUES = 200
"""Values of an attribute that are read."""
LONGEST = 1000
"""Characters of a value that is read: a longer one is left out."""
_DEEPEST = 4


def from_claims(claims: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Claims as attributes. A claim that is an object has names with dots: `realm_access.roles`."""
    return {name: values for name, values in _flattened(claims, "", _DEEPEST) if values}


def _flattened(claims: Mapping[str, Any], prefix: str, depth: int) -> Iterable[tuple[str, tuple[str, ...]]]:
    for name, value in claims.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            if depth:
                yield from _flattened(value, f"{path}.", depth - 1)
            continue
        members = value if isinstance(value, list) else [value]
        texts = (_text(member) for member in members[:MOST_VALUES])
        yield path, tuple(text for text in texts if text)


def _text(value: object) -> str | None:
    """A value as a text; None for null, objects, and what is too long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str) and len(value) <= LONGEST:
        return value.strip() or None
    return None
