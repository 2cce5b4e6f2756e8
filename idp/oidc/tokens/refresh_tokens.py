"""The text of a refresh token, `<family>.<random>`, and of its successor."""

import base64
import hashlib
import hmac

from idp.crypto.ordered_ids import new_id, new_token_of
from idp.runtime.context import settings


def first_refresh_token(now: int) -> str:
    """The first of a new family, whose id is in the order of time."""
    return new_token_of(new_id(now))


def successor(refresh_token: str) -> str:
    """The refresh token that replaces `refresh_token`: deterministic, and unpredictable without the server's key."""
    key = settings().secrets.secret_key.encode()
    mac = hmac.new(key, f"refresh\0{refresh_token}".encode(), hashlib.sha256).digest()
    return f"{family_of(refresh_token)}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def family_of(refresh_token: str) -> str:
    """The family id, which every token of the family contains."""
    return refresh_token.partition(".")[0]
