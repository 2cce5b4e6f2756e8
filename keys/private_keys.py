"""Private keys from their JWK, ready to sign."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers, RSAPublicNumbers
from joserfc.jwk import JWKRegistry, Key, RSAKey
from joserfc.util import base64_to_int


def private_key(jwk: dict[str, Any], kid: str) -> Key:
    """The key of a private JWK that `keys.generation` made and `keys.sealing` opened.

    OpenSSL's consistency test of an RSA key takes 30 ms, most of the time that a keyring takes. It is left out: the seal is
    authenticated (AES-GCM), so the numbers are those that were generated. Never call this with a key from outside.
    """
    if jwk["kty"] != "RSA":
        return JWKRegistry.import_key(jwk, parameters={"kid": kid})
    # RFC 7518 §6.3.
    p, q, d, dp, dq, qi, e, n = (
        base64_to_int(jwk[name]) for name in ("p", "q", "d", "dp", "dq", "qi", "e", "n")
    )
    numbers = RSAPrivateNumbers(p, q, d, dp, dq, qi, RSAPublicNumbers(e, n))
    return RSAKey(numbers.private_key(unsafe_skip_rsa_key_validation=True), jwk, {"kid": kid})
