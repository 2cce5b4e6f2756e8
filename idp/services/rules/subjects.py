"""The `sub` of a person at a relying party (OIDC Core §8).

Pairwise: HMAC-SHA-256 over sector and subject under a key that never changes, so that two sectors cannot correlate
people, and nothing has to be stored. A test pins a table of values: a change would make every service lose its users.
"""

import base64
import hmac


def pairwise_subject(key: bytes, sector: str, subject: str) -> str:
    """43 ASCII characters. `subject` is the account's random stable id, `sector` a host name."""
    mac = hmac.digest(key, f"sub\0{sector}\0{subject}".encode(), "sha256")
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def ine_hash(key: bytes, sector: str, ine: str) -> str:
    """A pseudonym for the INE: the same for one pupil within a sector, unlinkable across sectors."""
    return hmac.digest(key, f"ine\0{sector}\0{ine}".encode(), "sha256").hex()
