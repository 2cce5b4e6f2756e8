"""Sealing: AES-256-GCM under a master key that is stored apart from the sealed text."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = "1"


class CannotUnseal(Exception):
    """None of the master keys opens the sealed text, or it was changed."""


class BadMasterKey(Exception):
    """The text is not 32 bytes in URL-safe base64."""


@dataclass(frozen=True)
class MasterKey:
    """32 bytes. `id` identifies it in sealed texts without revealing it."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        return hashlib.sha256(b"master key id\0" + self.secret).hexdigest()[:8]


def generate_master_key() -> str:
    """32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()


def read_master_keys(text: str) -> tuple[MasterKey, ...]:
    """Master keys separated by commas: the first seals, any of them unseals. Raises BadMasterKey."""
    return tuple(_read(part.strip()) for part in text.split(",") if part.strip())


def _read(text: str) -> MasterKey:
    try:
        secret = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != 32:
        raise BadMasterKey("A master key is 32 random bytes in URL-safe base64 (43 characters).")
    return MasterKey(secret)


def seal(master: MasterKey, plaintext: bytes, context: bytes) -> str:
    """Version, master key id, nonce and ciphertext as one text. `context` must be given again to unseal."""
    nonce = secrets.token_bytes(12)
    sealed = nonce + AESGCM(master.secret).encrypt(nonce, plaintext, context)
    return f"{VERSION}.{master.id}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(masters: Sequence[MasterKey], text: str, context: bytes) -> bytes:
    """The plaintext of `text`. Raises CannotUnseal."""
    try:
        version, master_id, encoded = text.split(".")
        # Strictly: what is not in the alphabet would be passed over, and a changed text unsealed.
        sealed = base64.b64decode(encoded, b"-_", validate=True)
    except ValueError:
        raise CannotUnseal("The sealed text is malformed.") from None
    for master in masters:
        if version == VERSION and master.id == master_id:
            try:
                return AESGCM(master.secret).decrypt(sealed[:12], sealed[12:], context)
            except (InvalidTag, ValueError):
                raise CannotUnseal("The sealed text was changed, or belongs to another key.") from None
    raise CannotUnseal(f"It was sealed under master key {master_id}, which is not among those given.")
