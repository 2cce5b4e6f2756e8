"""Validation of a DPoP proof's header and claims (RFC 9449 §4.3). The caller checks the signature."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from idp.network.urls import DEFAULT_PORTS
from idp.oidc.clients.rules.registered_members import is_short_rsa
from idp.oidc.rules.jwt_times import SKEW
from idp.oidc.rules.media_types import is_one_of
from keys.jwt_times import is_number

ALGS = ("ES256", "PS256", "EdDSA")
WINDOW = 60
"""Seconds that a proof's iat may lie in the past or the future."""

NONCE_LIFE = 300
"""Seconds after which the nonce changes; the previous one is accepted for as long again."""


def header_fault(header: Mapping[str, Any]) -> str | None:
    """The member of a proof's header that is wrong, or None. §4.2 requires the type, an asymmetric algorithm and a public key."""
    if not is_one_of(header.get("typ"), "dpop+jwt"):
        return "typ"
    if header.get("alg") not in ALGS:
        return "alg"
    if "crit" in header:
        return "crit"
    jwk = header.get("jwk")
    if not isinstance(jwk, dict) or jwk.get("kty") not in ("EC", "RSA", "OKP") or "d" in jwk:
        return "jwk"
    if is_short_rsa(jwk):
        return "jwk: too short"
    return None


def claims_fault(
    claims: Mapping[str, Any], method: str, uri: str, access_token: str | None, now: int
) -> str | None:
    """The name of the first claim that is wrong for this request. `access_token`: the token presented with the proof."""
    if not isinstance(claims.get("jti"), str) or not 0 < len(claims["jti"]) <= 500:
        return "jti"
    if claims.get("htm") != method:
        return "htm"
    if not _same_target(claims.get("htu"), uri):
        return "htu"
    if not is_number(claims.get("iat")) or abs(claims["iat"] - now) > WINDOW:
        return "iat"
    if "exp" in claims and not (is_number(claims["exp"]) and claims["exp"] > now - SKEW):
        return "exp"
    if "nbf" in claims and not (is_number(claims["nbf"]) and claims["nbf"] <= now + SKEW):
        return "nbf"
    if access_token is not None and not _is_hash_of(claims.get("ath"), access_token):
        return "ath"
    return None


def nonce(key: bytes, now: int) -> str:
    """The current nonce (§8): a MAC of the time, so that workers need not store nonces."""
    return _nonce(key, now // NONCE_LIFE)


def nonce_is_good(received: object, key: bytes, now: int) -> bool:
    """Whether a nonce is the current or the previous one."""
    if not isinstance(received, str) or not received.isascii():
        return False
    return any(hmac.compare_digest(received, _nonce(key, now // NONCE_LIFE - age)) for age in (0, 1))


def _nonce(key: bytes, period: int) -> str:
    mac = hmac.new(key, f"dpop nonce\0{period}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:24]).decode()


def _is_hash_of(received: object, access_token: str) -> bool:
    digest = hashlib.sha256(access_token.encode()).digest()
    wanted = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return isinstance(received, str) and received.isascii() and hmac.compare_digest(received, wanted)


def _same_target(received: object, uri: str) -> bool:
    """Whether two URIs agree after normalisation (RFC 3986 §6.2), without query and fragment (§4.3)."""
    if not isinstance(received, str) or len(received) > 2000:
        return False
    try:
        return _normal(received) == _normal(uri)
    except ValueError:
        return False


def _normal(uri: str) -> tuple[str, str, int | None, str]:
    parts = urlsplit(uri)
    return (
        parts.scheme,
        parts.hostname or "",
        parts.port or DEFAULT_PORTS.get(parts.scheme),
        parts.path or "/",
    )
