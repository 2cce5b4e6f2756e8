"""Initial access tokens: what an administrator gives a publisher to register its own service (RFC 7591 §1.2, §3)."""

from typing import Any

from sqlalchemy import Connection

from idp import audit
from idp.database import reading, transaction
from idp.oidc.storage import initial_tokens as storage
from idp.security import digest, new_token

DAY = 86400


def make(label: str, days: int, uses: int, actor: str, now: int) -> str:
    """A token for `uses` registrations within `days`; it is shown this once."""
    token = new_token()
    row = {
        "digest": digest(token),
        "label": label[:200],
        "made_by": actor,
        "made_at": now,
        "expires_at": now + days * DAY,
        "uses_left": uses,
    }
    with transaction() as tx:
        number = storage.add(tx, row)
        audit.record(tx, now, "initial_token.made", actor, f"initial_token:{number}", label=label[:200])
    return token


def use_in(tx: Connection, token: str, now: int) -> int | None:
    """Use one registration of a token; its number, or None if it opens nothing (any more)."""
    return storage.use(tx, digest(token), now)


def is_usable(token: str, now: int) -> bool:
    """Whether a token would open a registration; uses nothing."""
    return storage.is_usable(reading(), digest(token), now)


def label_of(tx: Connection, number: int) -> str:
    """For whom a token was made."""
    return storage.label_of(tx, number)


def revoke(number: int, actor: str, now: int) -> bool:
    with transaction() as tx:
        revoked = storage.revoke(tx, number, now)
        if revoked:
            audit.record(tx, now, "initial_token.revoked", actor, f"initial_token:{number}")
    return revoked


def listed() -> list[dict[str, Any]]:
    """All of them, the newest first, without the tokens."""
    return storage.listed(reading())
