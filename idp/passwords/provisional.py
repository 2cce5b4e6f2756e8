"""Provisional passwords of letters.

They are random (12 characters of 55, about 69 bits), so the database stores a keyed SHA-256: a thousand letters cost
milliseconds, and without the server's key the digests cannot be searched. Chosen passwords are stored as Argon2id only.
"""

import re
import secrets

from idp.crypto.opaque_tokens import keyed_digest
from idp.passwords.rules.passwords import normalise_password, provisional_password
from idp.runtime.context import settings

PURPOSE = "provisional"


def new_provisional_password(length: int) -> str:
    """A password for a letter."""
    return provisional_password(length, secrets.choice)


def provisional_digest(password: str) -> str:
    """HMAC of a provisional password under the secret key, for storage. Blanks and hyphens between groups are ignored."""
    typed = re.sub(r"[\s-]", "", normalise_password(password))
    return keyed_digest(settings().secrets.secret_key.encode(), PURPOSE, typed)
