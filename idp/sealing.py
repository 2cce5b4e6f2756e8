"""Sealing small secrets that the database keeps, under the house's master key (AES-256-GCM, `keys.sealing`)."""

from idp.context import settings
from keys.sealing import read_master_keys
from keys.sealing import seal as seal_under
from keys.sealing import unseal as unseal_under


def seal(plaintext: bytes, context: str) -> str:
    """`context` says what the text is and whose: it opens nowhere else."""
    return seal_under(read_master_keys(settings().secrets.master_key)[0], plaintext, context.encode())


def unseal(text: str, context: str) -> bytes:
    """What was sealed. Raises keys.sealing.CannotUnseal."""
    return unseal_under(read_master_keys(settings().secrets.master_key), text, context.encode())
