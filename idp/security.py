"""Opaque tokens: how they are made, kept and compared.

A token is 256 random bits in URL-safe base64. The database keeps its SHA-256 only: the token is random, so a plain
digest cannot be guessed back, and a leaked table opens nothing.
"""

import hashlib
import hmac
import secrets
from typing import NewType

TokenDigest = NewType("TokenDigest", str)
"""SHA-256 of an opaque token, 64 hexadecimal digits."""


def new_token() -> str:
    """43 URL-safe characters, 256 random bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> TokenDigest:
    """What the database keeps of `token`."""
    return TokenDigest(hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest())


def keyed_digest(key: bytes, purpose: str, value: str) -> str:
    """HMAC-SHA-256 for secrets that people type (short codes, provisional passwords) and for client secrets.

    Without the server's key, which is never in the database, a stolen table cannot be searched offline.
    """
    return hmac.new(key, f"{purpose}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def same(given: str, kept: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), kept.encode("utf-8", "surrogatepass"))
