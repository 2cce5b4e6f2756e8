"""The `claims` parameter (OIDC Core §5.5): which single claims are asked for, where they are wanted, and with what value."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_CLAIMS = 100
DEEPEST = 5
"""Levels of a value that a claim is wanted with: no claim here has more."""


@dataclass(frozen=True)
class Wanted:
    """One claim of a request. `values`: it is wanted only with one of these; empty: with any."""

    essential: bool = False
    values: tuple[Any, ...] = ()

    def to_document(self) -> dict[str, Any] | None:
        if not self.essential and not self.values:
            return None
        said: dict[str, Any] = {"essential": True} if self.essential else {}
        return said | ({"values": list(self.values)} if self.values else {})


@dataclass(frozen=True)
class ClaimsRequest:
    """What is asked for in the ID token and at userinfo, by name. What cannot be given is left out (§5.5.1)."""

    id_token: Mapping[str, Wanted] = field(default_factory=dict)
    userinfo: Mapping[str, Wanted] = field(default_factory=dict)

    def to_document(self) -> dict[str, dict[str, Any]]:
        """The JSON object of §5.5, which `read_claims_request` reads again."""
        return {
            "id_token": {name: wanted.to_document() for name, wanted in self.id_token.items()},
            "userinfo": {name: wanted.to_document() for name, wanted in self.userinfo.items()},
        }

    @property
    def names(self) -> tuple[str, ...]:
        """Every claim that is asked for, wherever it is wanted."""
        return (*self.id_token, *self.userinfo)

    def among(self, names: Collection[str]) -> "ClaimsRequest":
        """The part that asks for claims of these names."""
        id_token, userinfo = (
            {name: wanted for name, wanted in section.items() if name in names}
            for section in (self.id_token, self.userinfo)
        )
        return ClaimsRequest(id_token, userinfo)

    def said(self, name: str) -> Wanted | None:
        """What the ID token is to say under `name`, None if nothing was asked."""
        return self.id_token.get(name)


NOTHING_ASKED = ClaimsRequest()


def read_claims_request(text: str | None) -> ClaimsRequest:
    """Raises ValueError where the text is not of the form in §5.5."""
    if text is None:
        return NOTHING_ASKED
    try:
        document = json.loads(text)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(document, dict):
        raise ValueError("not an object")
    return ClaimsRequest(_section(document.get("id_token")), _section(document.get("userinfo")))


def as_wanted(claims: dict[str, Any], section: Mapping[str, Wanted]) -> dict[str, Any]:
    """The claims without those that were wanted with another value than the one that is true."""
    return {
        name: value
        for name, value in claims.items()
        if name not in section or not section[name].values or value in section[name].values
    }


def _section(section: Any) -> dict[str, Wanted]:
    if section is None:
        return {}
    if not isinstance(section, dict) or len(section) > MOST_CLAIMS:
        raise ValueError("a section is an object")
    return {name: _wanted(said) for name, said in section.items()}


def _wanted(said: Any) -> Wanted:
    if said is None:
        return Wanted()
    if not isinstance(said, dict) or not isinstance(said.get("essential", False), bool):
        raise ValueError("a claim is null or an object")
    values = said.get("values", [])
    if not isinstance(values, list) or len(values) > MOST_CLAIMS:
        raise ValueError("values is a list")
    if "value" in said:
        values = [said["value"], *values]
    if any(_depth(value) > DEEPEST for value in values):
        raise ValueError("a value is too deep")
    return Wanted(said.get("essential", False), tuple(values))


def _depth(value: Any) -> int:
    inner: Any = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    level, deepest = [inner] if inner is not None else [], 0
    while level and deepest <= DEEPEST:
        deepest += 1
        below = [item for one in level for item in one if isinstance(item, dict | list)]
        level = [item.values() if isinstance(item, dict) else item for item in below]
    return deepest
