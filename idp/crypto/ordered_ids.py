"""Ids in the order of time, and tokens that begin with one: `<id>.<secret>`.

A row is found by the id, its primary key, and each new row is at the end of its table and indexes. The secret has 256
random bits (RFC 6749 §10.10 wants 128); its row has the digest of the whole token, compared in constant time. An id is no
secret: it shows the second in which it was made, which its holder knows, and 56 random bits. It counts nothing.
"""

import re
import secrets

from idp.crypto.opaque_tokens import new_token

LENGTH = 24
_ID = re.compile(r"t[0-9a-f]{23}", re.ASCII)


def new_id(now: int) -> str:
    """24 characters: "t", `now` in nine hexadecimal digits, fourteen random ones.

    Ids of versions before are hexadecimal: the "t" is behind them in every collation.
    """
    return f"t{now:09x}{secrets.token_hex(7)}"


def new_token_of(row_id: str) -> str:
    """68 ASCII characters: a new token for the row `row_id`."""
    return f"{row_id}.{new_token()}"


def id_in(token: str) -> str | None:
    """The id that `token` begins with; None for a token of another form."""
    if token[LENGTH : LENGTH + 1] != ".":
        return None
    return token[:LENGTH] if _ID.fullmatch(token, 0, LENGTH) else None
