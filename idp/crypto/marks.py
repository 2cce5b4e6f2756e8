"""Marks: HMAC-SHA-256 under a key derived from the master key, which is never in the database.

Somebody who can only write to the database can recompute every plain hash there, and no mark.
"""

import hmac
from hashlib import sha256

from idp.runtime.context import settings
from keys.sealing import MasterKey, read_master_keys


def mark(context: str, text: str) -> str:
    """The id of the first master key and the HMAC of `text`. `context` names the use: a mark of another use is none."""
    master = read_master_keys(settings().secrets.master_key)[0]
    return f"{master.id}.{_mac(master, context, text)}"


def is_marked(context: str, text: str, stored: str) -> bool | None:
    """Whether `stored` is a mark of `text`. None: it was made under a master key that is not configured."""
    master_id, _, mac = stored.partition(".")
    for master in read_master_keys(settings().secrets.master_key):
        if master.id == master_id:
            return hmac.compare_digest(mac.encode(), _mac(master, context, text).encode())
    return None if master_id else False


def master_key_of(mark: str) -> str:
    """The id of the master key that a mark names."""
    return mark.partition(".")[0]


def is_of_first_key(mark: str) -> bool:
    """Whether a mark names the master key that marks today."""
    return master_key_of(mark) == read_master_keys(settings().secrets.master_key)[0].id


def _mac(master: MasterKey, context: str, text: str) -> str:
    key = hmac.new(master.secret, b"key of marks", sha256).digest()
    return hmac.new(key, f"{context}\0{text}".encode(), sha256).hexdigest()
