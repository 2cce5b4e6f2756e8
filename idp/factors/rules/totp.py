"""Authenticator apps: time-based one-time passwords (RFC 6238 over RFC 4226), with the parameters that every app supports."""

import base64
import hashlib
import hmac
from urllib.parse import quote

from idp.passwords.rules.typed_codes import typed_code

SECONDS = 30
DIGITS = 6
DRIFT = 1
"""Steps by which a phone's clock may be early or late (RFC 6238 §5.2)."""


def step_at(now: int) -> int:
    """The number of the time step of an epoch second."""
    return now // SECONDS


def code_at(secret: bytes, step: int) -> str:
    """The code of a step (RFC 4226 §5.3, HMAC-SHA-1)."""
    mac = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def matching_step(secret: bytes, typed: str, now: int) -> int | None:
    """The time step of the typed code among the current ones, or None. All are compared, so that the time reveals nothing."""
    code = "".join(character for character in typed_code(typed, 40) if character.isdecimal())
    matching = None
    for step in range(step_at(now) - DRIFT, step_at(now) + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step), code):
            matching = step
    return matching


def shown_key(secret: bytes) -> str:
    """The secret in base32, in groups of four, to type by hand."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def key_address(secret: bytes, username: str, service: str) -> str:
    """Content of the QR code: otpauth://totp/… (Google Authenticator's key URI format)."""
    key = base64.b32encode(secret).decode().rstrip("=")
    label = f"{quote(service, safe='')}:{quote(username, safe='')}"
    return f"otpauth://totp/{label}?secret={key}&issuer={quote(service, safe='')}&digits={DIGITS}&period={SECONDS}"
