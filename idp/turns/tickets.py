"""The ticket of a place: random number, turn and passwords left, with an HMAC. It needs no row until it is used.

Who has the ticket has the place; it gives nothing but the place, for one password. Its use is recorded
(`idp.limits.storage.used_once`).
"""

import base64
import hmac
import secrets

from idp.crypto.opaque_tokens import TokenDigest, digest
from idp.runtime.context import settings
from idp.turns.rules.places import Place

_NUMBER, _TURN, _PASSWORDS, _MARK = 12, 6, 1, 17
LENGTH = 48


def new_place(turn: int, passwords: int) -> Place:
    """A place with a new ticket. `turn`: epoch milliseconds."""
    body = secrets.token_bytes(_NUMBER) + turn.to_bytes(_TURN, "big") + passwords.to_bytes(_PASSWORDS, "big")
    return Place(turn, passwords, base64.urlsafe_b64encode(body + _mark(body)).decode())


def read(ticket: str | None) -> Place | None:
    """The place of a ticket that this provider has given; else None."""
    if ticket is None or len(ticket) != LENGTH:
        return None
    try:
        raw = base64.b64decode(ticket.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        return None
    body = raw[:-_MARK]
    if not hmac.compare_digest(raw[-_MARK:], _mark(body)):
        return None
    return Place(int.from_bytes(body[_NUMBER : _NUMBER + _TURN], "big"), body[-1], ticket)


def use_of(place: Place) -> TokenDigest:
    """What is recorded when the place is used."""
    return digest(f"place\0{place.ticket}")


def _mark(body: bytes) -> bytes:
    return hmac.digest(settings().secrets.secret_key.encode(), b"place\0" + body, "sha256")[:_MARK]
