"""Initial access tokens: an administrator issues them to publishers, who register their own services (RFC 7591 §1.2, §3)."""

from collections.abc import Mapping
from typing import Any

from idp.audit import trail
from idp.crypto.opaque_tokens import digest, new_token
from idp.database.engine import Connection, reading, transaction
from idp.durations import DAY
from idp.oidc.storage import initial_tokens as storage


def make(label: str, days: int, uses: int, actor: str, now: int) -> str:
    """Issue a token for `uses` registrations within `days`; its text is available only here."""
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
        trail.record(tx, now, "initial_token.made", actor, f"initial_token:{number}", label=label[:200])
    return token


def use_in(tx: Connection, token: str, now: int) -> int | None:
    """Use one registration of a token. The token's number, or None if it is unknown, used up, expired or revoked."""
    return storage.use(tx, digest(token), now)


def is_usable(token: str, now: int) -> bool:
    """Whether a token allows a registration; nothing is used."""
    return storage.is_usable(reading(), digest(token), now)


def label_of(tx: Connection, number: int) -> str:
    """The label of a token: the publisher it was issued to."""
    return storage.label_of(tx, number)


def revoke(number: int, actor: str, now: int) -> bool:
    with transaction() as tx:
        revoked = storage.revoke(tx, number, now)
        if revoked:
            trail.record(tx, now, "initial_token.revoked", actor, f"initial_token:{number}")
    return revoked


def state_of(row: Mapping[str, Any], now: int) -> str:
    """Of a token as `listed`: revoked, over (expired or used up) or usable."""
    if row["revoked_at"]:
        return "revoked"
    return "over" if row["expires_at"] <= now or not row["uses_left"] else "usable"


def listed() -> list[dict[str, Any]]:
    """All initial access tokens, the newest first, without their text."""
    return storage.listed(reading())
