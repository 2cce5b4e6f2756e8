"""Data protection: all that is held on a person as a file, legal holds, erasure, and the end of what has no use."""

from typing import Any

from sqlalchemy import Connection

from idp import audit
from idp.console.people import needs_reason
from idp.console.storage import erasure as storage
from idp.context import settings
from idp.database import reading, transaction
from idp.oidc.storage import personal_data
from idp.people.rules.accounts import AccountFacts
from idp.refusals import Refusal

YEAR = 365 * 86400
DAY = 86400


def everything(one: AccountFacts, actor: str, now: int) -> dict[str, Any]:
    """Every row about a person, without what would open the account (GDPR article 15)."""
    found = personal_data.everything(reading(), one.id, one.person_id)
    with transaction() as tx:
        audit.record(tx, now, "data.exported", actor, f"account:{one.id}")
    return {"service": settings().service.name, "at": now, **found}


def hold(one: AccountFacts, days: int, reason: str, actor: str, now: int) -> None:
    """Forbid erasure for some days (0: no longer). Raises Refusal K08 (no reason)."""
    if days:
        needs_reason(reason)
    until = now + days * DAY if days else None
    with transaction() as tx:
        storage.hold(tx, one.person_id, until, reason.strip()[:500] if days else None)
        audit.record(
            tx, now, "data.held" if days else "data.released", actor, f"account:{one.id}", until=until
        )


def why_kept(one: AccountFacts, now: int) -> str | None:
    """Why a person cannot be erased yet, None if they can: "hold" or "base"."""
    facts = storage.facts(reading(), one.person_id)
    if facts is None or facts.erased_at is not None:
        return "erased"
    if facts.hold_until is not None and facts.hold_until > now:
        return "hold"
    return "base" if facts.in_a_base else None


def erase(one: AccountFacts, reason: str, actor: str, now: int) -> None:
    """Erase a person (GDPR article 17). The account row stays, empty and closed: its `sub` and username never come back.

    Raises Refusal K12 (a hold, or a school's base still names the person), K08 (no reason).
    """
    needs_reason(reason)
    if why := why_kept(one, now):
        raise Refusal("K12", why)
    with transaction() as tx:
        storage.erase(tx, one.person_id, one.id, now)
        audit.record(tx, now, "data.erased", actor, f"account:{one.id}", reason=reason.strip()[:500])


def retire(tx: Connection, now: int, most: int = 10) -> int:
    """Erase a few of those whom no school has named for `console.history_years`; how many. The worker's."""
    left = storage.long_gone(tx, now - settings().console.history_years * YEAR, now, most)
    for person, account in left:
        storage.erase(tx, person, account, now)
        audit.record(tx, now, "data.erased", "worker", f"account:{account}", reason="retention")
    return len(left)
