"""The `claims` parameter (OIDC Core §5.5): which single claims are asked for, and where they are wanted."""

import json
from dataclasses import dataclass
from typing import Any

MOST_CLAIMS = 100


@dataclass(frozen=True)
class ClaimsRequest:
    """Names asked for in the ID token and at userinfo. Asking is voluntary: what cannot be given is left out."""

    id_token: tuple[str, ...] = ()
    userinfo: tuple[str, ...] = ()

    def to_document(self) -> dict[str, list[str]]:
        return {"id_token": list(self.id_token), "userinfo": list(self.userinfo)}

    @classmethod
    def from_document(cls, document: dict[str, list[str]]) -> "ClaimsRequest":
        return cls(tuple(document["id_token"]), tuple(document["userinfo"]))


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
    return ClaimsRequest(_names(document.get("id_token")), _names(document.get("userinfo")))


def _names(section: Any) -> tuple[str, ...]:
    if section is None:
        return ()
    if not isinstance(section, dict) or len(section) > MOST_CLAIMS:
        raise ValueError("a section is an object")
    for wanted in section.values():
        if wanted is None:
            continue
        if not isinstance(wanted, dict) or not isinstance(wanted.get("essential", False), bool):
            raise ValueError("a claim is null or an object")
        if not isinstance(wanted.get("values", []), list):
            raise ValueError("values is a list")
    return tuple(section)
