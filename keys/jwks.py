"""The public JSON Web Key Set (RFC 7517 §5)."""

import json
from collections.abc import Iterable
from typing import Any

PUBLIC_MEMBERS = frozenset({"kty", "kid", "use", "alg", "n", "e", "crv", "x", "y"})


def jwks_bytes(public_jwks: Iterable[dict[str, Any]]) -> bytes:
    """The document as served. Only members known to be public are copied, whatever is stored."""
    keys = [{name: value for name, value in jwk.items() if name in PUBLIC_MEMBERS} for jwk in public_jwks]
    return json.dumps({"keys": keys}, separators=(",", ":")).encode()
