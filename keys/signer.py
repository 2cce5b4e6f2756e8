"""Signing JWTs with one key (RFC 7515, RFC 7519): what does not change from one token to the next is made once."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc import jwt
from joserfc.jwk import Key

_ES256 = ec.ECDSA(hashes.SHA256())
_HALF = 32
"""Bytes of R and of S (RFC 7518 §3.4)."""


class Signer:
    """A private key, its kid and its algorithm."""

    def __init__(self, kid: str, alg: str, key: Key) -> None:
        self.kid, self.alg, self.key = kid, alg, key
        self._headers: dict[str, bytes] = {}
        self._elliptic: ec.EllipticCurvePrivateKey | None = None
        if alg == "ES256":
            private = key.get_op_key("sign")
            assert isinstance(private, ec.EllipticCurvePrivateKey)
            self._elliptic = private

    def jwt(self, typ: str, claims: Mapping[str, Any]) -> str:
        """A signed JWT in the compact form, with `typ`, `alg` and `kid` in its header."""
        if self._elliptic is None:
            header = {"alg": self.alg, "kid": self.kid, "typ": typ}
            return jwt.encode(header, dict(claims), self.key, algorithms=[self.alg])
        header_part = self._headers.get(typ)
        if header_part is None:
            header_part = self._headers[typ] = _part(
                json.dumps({"alg": self.alg, "kid": self.kid, "typ": typ}, separators=(",", ":")).encode()
            )
        content = header_part + b"." + _part(_encode(claims).encode())
        r, s = decode_dss_signature(self._elliptic.sign(content, _ES256))
        signature = _part(r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big"))
        return (content + b"." + signature).decode()


_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def _part(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")
