"""A login that queues for the hashing pool: the typed values wait in a sealed cookie, and the page resubmits itself.

The password is in no page, URL or table: until two minutes after the person's turn the browser stores it in an HttpOnly cookie,
encrypted under the server's key and bound to this login.
"""

import base64
import hashlib
import json

from cryptography.fernet import Fernet, InvalidToken

from idp.runtime.context import settings

LIFETIME = 120
"""Seconds for which the typed values wait after the person's turn."""
AGAIN = 3
"""Seconds before whose end the waiting page sends the form again in no case."""


def seal(username: str, password: str, login: str, browser: str, until: int) -> str:
    """The cookie's value for one login of one browser, until the epoch second `until`."""
    typed = json.dumps([username, password, login, browser, until]).encode()
    return _fernet().encrypt(typed).decode()


def unseal(ticket: str | None, login: str, browser: str, now: int) -> tuple[str, str] | None:
    """(username, password) of a ticket of this login and browser that has not expired; else None."""
    if not ticket:
        return None
    try:
        username, password, its_login, its_browser, until = json.loads(_fernet().decrypt(ticket.encode()))
    except (InvalidToken, ValueError):
        return None
    return (username, password) if (its_login, its_browser) == (login, browser) and now < until else None


def _fernet() -> Fernet:
    key = hashlib.sha256(f"waiting login\0{settings().secrets.secret_key}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
