"""Data protection: export of all data on a person, legal holds, erasure, and erasure at the end of retention."""

from idp.accounts.rules.reasons import check_reason
from idp.audit import trail
from idp.console.storage import erasure as storage
from idp.database.engine import Connection, reading, transaction
from idp.durations import DAY
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.privacy import erasure_requests
from idp.privacy.report import Report, report_on
from idp.refusals import Refusal
from idp.refusals.console import DATA_STILL_NEEDED, STATE_CHANGED
from idp.runtime.context import settings

YEAR = 365 * DAY


def everything(account: AccountFacts, actor: str, now: int) -> Report:
    """The report on a person, without what would open the account (GDPR article 15); the export is on record."""
    report = report_on(account, now)
    with transaction() as tx:
        trail.record(tx, now, "data.exported", actor, account.actor)
    return report


def hold(account: AccountFacts, days: int, reason: str, actor: str, now: int) -> None:
    """Forbid erasure for some days (0: no longer). Raises Refusal K08 (no reason), K03 (the person is erased)."""
    if days:
        check_reason(reason)
    until = now + days * DAY if days else None
    with transaction() as tx:
        if not storage.hold(tx, account.person_id, until, reason.strip()[:500] if days else None):
            raise Refusal(STATE_CHANGED, "the person is erased")
        trail.record(tx, now, "data.held" if days else "data.released", actor, account.actor, until=until)


def erasure_obstacle(account: AccountFacts, now: int) -> str | None:
    """Why a person cannot be erased yet, None if they can: "hold" or "base"; "erased": it is done."""
    return obstacle_of(account.person_id, now)


def obstacle_of(person: int, now: int) -> str | None:
    """The same for a person's id."""
    facts = storage.facts(reading(), person)
    if facts is None or facts.erased_at is not None:
        return "erased"
    if facts.hold_until is not None and facts.hold_until > now:
        return "hold"
    return "base" if facts.in_a_base else None


def erase(account: AccountFacts, reason: str, actor: str, now: int) -> None:
    """Erase a person (GDPR article 17). The account row stays, empty and closed: its `sub` and username never come back.

    Raises Refusal K12 (a hold, or a school's base still names the person), K08 (no reason).
    """
    check_reason(reason)
    with transaction() as tx:
        if not storage.begin(tx, account.person_id, now):
            why = erasure_obstacle(account, now)
            if why == "erased":
                return
            raise Refusal(DATA_STILL_NEEDED, why or "a hold or a base that has just ended")
        erasure_requests.fulfilled_in(tx, account, now)
        storage.erase(tx, account.person_id, account.id, now)
        trail.record(tx, now, "data.erased", actor, account.actor, reason=reason.strip()[:500])


def retire(tx: Connection, now: int, most: int = 10) -> int:
    """Erase at most `most` people whom no school has named for `console.history_years`; how many. The worker calls it."""
    people = storage.long_gone(tx, now - settings().console.history_years * YEAR, now, most)
    for person, account in people:
        if (facts := accounts.by_id(tx, account)) is not None:
            erasure_requests.fulfilled_in(tx, facts, now)
        storage.erase(tx, person, account, now)
        trail.record(tx, now, "data.erased", "worker", f"account:{account}", reason="retention")
    return len(people)
