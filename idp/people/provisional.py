"""Provisional passwords of letters.

They are random (12 characters of 55, about 69 bits), so a keyed SHA-256 keeps them: a thousand letters cost
milliseconds, and without the server's key the digests cannot be searched. A chosen password never gets one.
"""

import secrets

from idp.context import settings
from idp.people.rules.credentials import provisional_password
from idp.security import keyed_digest

PURPOSE = "provisional"


def new_provisional_password(length: int) -> str:
    """A password for a letter."""
    return provisional_password(length, secrets.choice)


def provisional_digest(password: str) -> str:
    """What the database keeps of it, under the application's secret key."""
    return keyed_digest(settings().secrets.secret_key.encode(), PURPOSE, password.strip())
