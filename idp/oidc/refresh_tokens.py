"""The text of a refresh token: `<family>.<random>`, and the one that replaces it."""

import base64
import hashlib
import hmac
import secrets

from idp.context import settings
from idp.security import new_token


def first_refresh_token() -> str:
    """The first of a new family."""
    return f"{secrets.token_hex(16)}.{new_token()}"


def successor(refresh_token: str) -> str:
    """What replaces `refresh_token`: always the same, and unknowable without the server's key."""
    key = settings().secrets.secret_key.encode()
    mac = hmac.new(key, f"refresh\0{refresh_token}".encode(), hashlib.sha256).digest()
    return f"{family_of(refresh_token)}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def family_of(refresh_token: str) -> str:
    """The id of its family, which any older one of them still names."""
    return refresh_token.partition(".")[0]
