"""Provisional passwords of letters.

They are random (12 characters of 55, about 69 bits), so the database stores a keyed SHA-256: a thousand letters cost
milliseconds, and without the server's key the digests cannot be searched. Chosen passwords are stored as Argon2id only.
"""

import secrets

from idp.crypto.opaque_tokens import keyed_digest
from idp.passwords.rules.passwords import LONGEST_PASSWORD, provisional_password
from idp.passwords.rules.typed_codes import typed_code
from idp.runtime.context import settings

PURPOSE = "provisional"


def new_provisional_password(length: int) -> str:
    """A password for a letter."""
    return provisional_password(length, secrets.choice)


def provisional_digest(password: str) -> str:
    """HMAC of a provisional password under the secret key, for storage. Only its letters and digits count (`typed_code`)."""
    code = typed_code(password, LONGEST_PASSWORD)
    return keyed_digest(settings().secrets.secret_key.encode(), PURPOSE, code)
