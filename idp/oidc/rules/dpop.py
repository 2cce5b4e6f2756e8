"""Whether a DPoP proof proves what it should (RFC 9449 §4.3). The signature has been checked before."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from idp.oidc.rules.jwt_claims import SKEW, is_number
from idp.oidc.rules.registered_members import is_short_rsa

ALGS = ("ES256", "PS256", "EdDSA")
WINDOW = 60
"""Seconds that a proof may be old, or ahead."""

NONCE_LIFE = 300
"""Seconds after which a new nonce is given; the one before is taken for as long again."""

_PORTS = {"https": 443, "http": 80}


def header_fault(header: Mapping[str, Any]) -> str | None:
    """What is wrong with a proof's header: §4.2 asks for the type, an asymmetric algorithm and a public key."""
    if header.get("typ") != "dpop+jwt":
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
    """The name of the first claim that is wrong for this request. `access_token`: the one that came with the proof."""
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
    """The nonce of the moment (§8): made from the clock under a key, so that no worker has to remember any."""
    return _nonce(key, now // NONCE_LIFE)


def nonce_is_good(given: object, key: bytes, now: int) -> bool:
    """Whether a nonce is that of the moment or the one before."""
    if not isinstance(given, str) or not given.isascii():
        return False
    return any(hmac.compare_digest(given, _nonce(key, now // NONCE_LIFE - age)) for age in (0, 1))


def _nonce(key: bytes, period: int) -> str:
    mac = hmac.new(key, f"dpop nonce\0{period}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:24]).decode()


def _is_hash_of(given: object, access_token: str) -> bool:
    digest = hashlib.sha256(access_token.encode()).digest()
    wanted = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return isinstance(given, str) and given.isascii() and hmac.compare_digest(given, wanted)


def _same_target(given: object, uri: str) -> bool:
    """Without query and fragment (§4.3), spelling of scheme and host aside (RFC 3986 §6.2)."""
    if not isinstance(given, str) or len(given) > 2000:
        return False
    try:
        return _normal(given) == _normal(uri)
    except ValueError:
        return False


def _normal(uri: str) -> tuple[str, str, int | None, str]:
    parts = urlsplit(uri)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme), parts.path or "/"
