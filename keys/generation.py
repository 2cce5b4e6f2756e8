"""Generates key pairs. The kid is the key's RFC 7638 thumbprint, so it is unique and cannot be chosen."""

import json
from dataclasses import dataclass, field
from typing import Any

from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

RSA_BITS = 2048
"""The minimum of RFC 7518 §3.3. A signature costs a third of one with 3072 bits; keys are replaced every few months."""


@dataclass(frozen=True)
class GeneratedKey:
    """`private_jwk` is the JSON text of the private JWK, to be sealed; `public_jwk` is public."""

    kid: str
    alg: str
    private_jwk: str = field(repr=False)
    public_jwk: dict[str, Any]


def generate(alg: str) -> GeneratedKey:
    """A new key pair for ES256, RS256, PS256 or EdDSA (Ed25519)."""
    key = _make(alg)
    kid = key.thumbprint()
    if kid.startswith("-"):
        # `idp keys retire KID` would read it as an option.
        return generate(alg)
    public = {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": alg}
    return GeneratedKey(kid, alg, json.dumps(key.as_dict(private=True)), public)


def _make(alg: str) -> Key:
    match alg:
        case "ES256":
            return ECKey.generate_key("P-256")
        case "RS256" | "PS256":
            return RSAKey.generate_key(RSA_BITS)
        case "EdDSA":
            return OKPKey.generate_key("Ed25519")
    raise ValueError(f"no key is made for {alg}")
