"""Encryption of small secrets in the database under the master key (AES-256-GCM, `keys.sealing`)."""

from idp.runtime.context import settings
from keys.sealing import read_master_keys
from keys.sealing import seal as seal_under
from keys.sealing import unseal as unseal_under


def seal(plaintext: bytes, context: str) -> str:
    """Encrypt. `context` names the use and the owner of the text; decryption needs the same context."""
    return seal_under(read_master_keys(settings().secrets.master_key)[0], plaintext, context.encode())


def unseal(text: str, context: str) -> bytes:
    """Decrypt. Raises keys.sealing.CannotUnseal."""
    return unseal_under(read_master_keys(settings().secrets.master_key), text, context.encode())
