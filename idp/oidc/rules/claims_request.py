"""The `claims` parameter (OIDC Core §5.5): which individual claims are requested, where, and with what value."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_CLAIMS = 100
DEEPEST = 5
"""Most levels of nesting in a requested value: no claim here has more."""


@dataclass(frozen=True)
class Wanted:
    """One requested claim. `values`: the values that are acceptable; empty: any."""

    essential: bool = False
    values: tuple[Any, ...] = ()

    def to_document(self) -> dict[str, Any] | None:
        if not self.essential and not self.values:
            return None
        document: dict[str, Any] = {"essential": True} if self.essential else {}
        return document | ({"values": list(self.values)} if self.values else {})


@dataclass(frozen=True)
class ClaimsRequest:
    """The claims requested in the ID token and at userinfo, by name. A claim that cannot be returned is left out (§5.5.1)."""

    id_token: Mapping[str, Wanted] = field(default_factory=dict)
    userinfo: Mapping[str, Wanted] = field(default_factory=dict)

    def to_document(self) -> dict[str, dict[str, Any]]:
        """The JSON object of §5.5, which `read_claims_request` reads again."""
        return {
            "id_token": {name: claim.to_document() for name, claim in self.id_token.items()},
            "userinfo": {name: claim.to_document() for name, claim in self.userinfo.items()},
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The requested claims of both sections."""
        return (*self.id_token, *self.userinfo)

    def among(self, names: Collection[str]) -> "ClaimsRequest":
        """The request reduced to claims of these names."""
        id_token, userinfo = (
            {name: claim for name, claim in section.items() if name in names}
            for section in (self.id_token, self.userinfo)
        )
        return ClaimsRequest(id_token, userinfo)

    def in_id_token(self, name: str) -> Wanted | None:
        """The request for the claim `name` in the ID token, None if it was not requested."""
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
    """The claims without those that were requested with another value."""
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
    return {name: _read_claim(member) for name, member in section.items()}


def _read_claim(member: Any) -> Wanted:
    if member is None:
        return Wanted()
    if not isinstance(member, dict) or not isinstance(member.get("essential", False), bool):
        raise ValueError("a claim is null or an object")
    values = member.get("values", [])
    if not isinstance(values, list) or len(values) > MOST_CLAIMS:
        raise ValueError("values is a list")
    if "value" in member:
        values = [member["value"], *values]
    if any(_depth(value) > DEEPEST for value in values):
        raise ValueError("a value is too deep")
    return Wanted(member.get("essential", False), tuple(values))


def _depth(value: Any) -> int:
    inner: Any = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    level, deepest = [inner] if inner is not None else [], 0
    while level and deepest <= DEEPEST:
        deepest += 1
        below = [item for values in level for item in values if isinstance(item, dict | list)]
        level = [item.values() if isinstance(item, dict) else item for item in below]
    return deepest
