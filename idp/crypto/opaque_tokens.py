"""Opaque tokens: creation, digests and comparison.

A token is 256 random bits in URL-safe base64. The database stores only its SHA-256: the token is random, so a plain
digest cannot be inverted by guessing, and a leaked table reveals no token.
"""

import base64
import hashlib
import hmac
import secrets
from typing import NewType

TokenDigest = NewType("TokenDigest", str)
"""SHA-256 of an opaque token, 64 hexadecimal digits."""


def new_code() -> str:
    """Six digits that a person types: a code of a mail or an SMS."""
    return f"{secrets.randbelow(10**6):06}"


def new_token() -> str:
    """43 URL-safe characters, 256 random bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> TokenDigest:
    """The digest of `token` that the database stores."""
    return TokenDigest(hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest())


def keyed_digest(key: bytes, purpose: str, value: str) -> str:
    """HMAC-SHA-256 for secrets that people type (short codes, provisional passwords) and for client secrets.

    Without the server's key, which is never in the database, a stolen table cannot be searched offline.
    """
    return hmac.digest(key, f"{purpose}\0{value}".encode("utf-8", "surrogatepass"), "sha256").hex()


def same(received: str, stored: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(
        received.encode("utf-8", "surrogatepass"), stored.encode("utf-8", "surrogatepass")
    )


_RANDOM, _MOMENT, _MARK = 16, 5, 15
TICKET_LENGTH = 48


class BadTicket(Exception):
    """`too_old`: False for a malformed ticket, True for an expired one, None for a forged one or one of another purpose."""

    def __init__(self, too_old: bool | None) -> None:
        super().__init__("malformed" if too_old is False else "too old" if too_old else "of another purpose")
        self.too_old = too_old


def new_ticket(key: bytes, purpose: str, expires_at: int) -> str:
    """48 URL-safe characters that need no table: 128 random bits, the expiry (epoch seconds), and an HMAC.

    The HMAC covers both and `purpose`, which names the use and the owner of the ticket.
    """
    body = secrets.token_bytes(_RANDOM) + expires_at.to_bytes(_MOMENT, "big")
    return base64.urlsafe_b64encode(body + _mark(key, purpose, body)).decode()


def read_ticket(key: bytes, purpose: str, ticket: str, now: int) -> int:
    """The expiry of a valid ticket of this purpose. Raises BadTicket."""
    try:
        raw = base64.b64decode(ticket.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        raise BadTicket(False) from None
    if len(raw) != _RANDOM + _MOMENT + _MARK:
        raise BadTicket(False)
    body = raw[:-_MARK]
    expires_at = int.from_bytes(body[_RANDOM:], "big")
    if expires_at <= now:
        raise BadTicket(True)
    if not hmac.compare_digest(raw[-_MARK:], _mark(key, purpose, body)):
        raise BadTicket(None)
    return expires_at


def _mark(key: bytes, purpose: str, body: bytes) -> bytes:
    text = f"ticket\0{purpose}\0".encode("utf-8", "surrogatepass") + body
    return hmac.new(key, text, hashlib.sha256).digest()[:_MARK]
