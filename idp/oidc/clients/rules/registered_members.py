"""Members of a registration that are more than a text, a choice or an address: keys, scopes, seconds."""

import re
from collections.abc import Mapping
from typing import Any

from idp.services.rules.registration_reader import Reader

SCOPES = (
    "openid",
    "profile",
    "email",
    "phone",
    "address",
    "offline_access",
    "ect.scope.cnx",
    "ect.scope.children",
    "ect.scope.schooling",
    "ect.scope.ine",
    "ect.scope.ine_hash",
    "ect.scope.staff",
)
SERVICE_SCOPE = re.compile(r"ect\.scope\.[a-z0-9][a-z0-9_-]{0,39}")
SHORTEST_RSA = 2048
"""Bits."""
_PRIVATE_MEMBERS = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


def jwks(read: Reader) -> dict[str, Any] | None:
    """The client's public keys (RFC 7591 §2: never beside jwks_uri)."""
    value = read.document.get("jwks")
    if value is None:
        return None
    if read.document.get("jwks_uri") is not None:
        read.fault("jwks", "and jwks_uri exclude each other")
    if reason := fault_of_jwks(value):
        read.fault("jwks", reason)
        return None
    return {"keys": value["keys"]}


def fault_of_jwks(value: object) -> str | None:
    """What is wrong with a JWK set, as text; None if it is valid. For registered and for fetched sets."""
    keys = value.get("keys") if isinstance(value, dict) else None
    if (
        not isinstance(keys, list)
        or not 0 < len(keys) <= 20
        or not all(isinstance(key, dict) for key in keys)
    ):
        return 'is {"keys": […]} with 1 to 20 public keys'
    for key in keys:
        if key.get("kty") not in ("RSA", "EC", "OKP"):
            return "holds RSA, EC or OKP keys"
        if any(member in key for member in _PRIVATE_MEMBERS):
            return "holds a private key: it must be thought of as stolen, make a new one"
        if not all(_is_flat(member) for member in key.values()):
            return "holds keys whose members are texts, or lists of texts"
        if is_short_rsa(key):
            return "holds an RSA key of less than 2,048 bits"
    return None


def is_short_rsa(key: Mapping[str, Any]) -> bool:
    """Whether a JWK is an RSA key that is too short to be trusted (RFC 7518 §3.3, FAPI 2.0 §5.4.1)."""
    # Six bits per base64 character; a modulus has its top bit set, so the length gives its size to within eight bits.
    return key.get("kty") == "RSA" and len(str(key.get("n", ""))) * 6 < SHORTEST_RSA


def _is_flat(member: object) -> bool:
    texts = member if isinstance(member, list) else [member]
    return all(isinstance(text, str) and text.isprintable() for text in texts)


def scope(read: Reader, default: str) -> tuple[str, ...]:
    """The words of `scope`, all known here."""
    value = read.document.get("scope", default)
    if not isinstance(value, str) or len(value) > 2000:
        read.fault("scope", "is a text of words with spaces between")
        return ("openid",)
    words = tuple(dict.fromkeys(value.split()))
    if unknown := [word for word in words if word not in SCOPES and not is_service_scope(word)]:
        read.fault(
            "scope",
            "names what is not offered (%(unknown)s); known: %(known)s, ect.scope.<service>",
            unknown=len(unknown),
            known=SCOPES,
        )
    if "openid" not in words:
        read.fault("scope", "must hold openid")
    return words


def is_service_scope(word: str) -> bool:
    """Whether a scope is ect.scope.<service>, defined by a service for itself."""
    return word not in SCOPES and SERVICE_SCOPE.fullmatch(word) is not None


def seconds(read: Reader, name: str) -> int | None:
    """A number of seconds."""
    value = read.document.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10**9:
        read.fault(name, "is a number of seconds, 0 or more")
        return None
    return value
