"""Approvals: acts that console.four_eyes names wait until a second administrator agrees."""

import json
from collections.abc import Callable
from typing import Any

from idp.accounts.merge import merge_in
from idp.audit import trail
from idp.console import people
from idp.console.storage import approvals as storage
from idp.database.engine import Connection, reading, transaction
from idp.durations import DAY
from idp.oidc import signing
from idp.refusals import Refusal
from idp.refusals.console import OWN_APPROVAL, STATE_CHANGED
from idp.runtime.context import settings
from keys.rotation import NoSuchKey

Step = Callable[[Connection], None]
"""What an act does first, within its own transaction: it marks the request as agreed."""


def _no_agreement(_tx: Connection) -> None:
    """The act needs no agreement."""


def _merge(payload: dict[str, Any], actor: str, now: int, first: Step) -> None:
    staying, joined = people.facts(payload["kept"]), people.facts(payload["joined"])
    with transaction() as tx:
        first(tx)
        merge_in(tx, staying, joined, payload["reason"], actor, now, payload.get("sure", False))


def _rotate(payload: dict[str, Any], actor: str, now: int, first: Step) -> None:
    signing.rotate(payload["alg"], actor, now, first)


def _revoke(payload: dict[str, Any], actor: str, now: int, first: Step) -> None:
    try:
        signing.retire(payload["kid"], actor, now, first)
    except NoSuchKey:
        raise Refusal(STATE_CHANGED, "the key is gone already") from None


def _export(_payload: dict[str, Any], _actor: str, _now: int, first: Step) -> None:
    """After the agreement the administrator who asked may download for an hour (`may_export`)."""
    with transaction() as tx:
        first(tx)


ACTS: dict[str, Callable[[dict[str, Any], str, int, Step], None]] = {
    "merge": _merge,
    "keys.rotate": _rotate,
    "keys.revoke": _revoke,
    "export": _export,
}
"""Acts that can need agreement. console.four_eyes names the part before the dot."""


def do_or_ask(act: str, payload: dict[str, Any], summary: str, actor: str, now: int) -> bool:
    """Do it now, or ask for agreement where the settings want it; whether it is done."""
    if act.partition(".")[0] not in settings().console.four_eyes:
        ACTS[act](payload, actor, now, _no_agreement)
        return True
    row = {
        "act": act,
        "payload": json.dumps(payload, ensure_ascii=False),
        "summary": summary,
        "asked_by": actor,
        "asked_at": now,
        "state": "asked",
    }
    with transaction() as tx:
        number = storage.ask(tx, row)
        trail.record(tx, now, "approval.asked", actor, f"approval:{number}", of=act)
    return False


def listed() -> list[dict[str, Any]]:
    """The newest requests, with their answers."""
    return storage.listed(reading())


def agree(number: int, actor: str, now: int) -> None:
    """Another administrator agrees, and the act is done in the name of both, in one transaction.

    An act that is refused leaves the request as it was. Raises Refusal K10, K03, and what the act raises.
    """
    row = _asked(number, "agreed", actor)
    if row is None:
        return
    both = f"{row['asked_by']}+{actor.partition(':')[2]}"[:80]
    ACTS[row["act"]](row["payload"], both, now, lambda tx: _decide_in(tx, row, "agreed", actor, now))


def refuse(number: int, actor: str, now: int) -> None:
    """Raises Refusal K10, K03."""
    row = _asked(number, "refused", actor)
    if row is None:
        return
    with transaction() as tx:
        _decide_in(tx, row, "refused", actor, now)


def lapse(tx: Connection, now: int, most: int = 100) -> int:
    """Mark at most `most` requests without an answer for `console.approval_days`; how many. The worker calls it."""
    return storage.lapse(tx, _oldest(now), most)


def may_export(subject: str, actor: str, now: int) -> bool:
    """Whether an export needs no agreement, or has one that is not older than an hour."""
    if "export" not in settings().console.four_eyes:
        return True
    return any(
        row["act"] == "export"
        and row["state"] == "agreed"
        and row["asked_by"] == actor
        and json.loads(row["payload"])["what"] == subject
        and now - (row["decided_at"] or 0) < 3600
        for row in storage.listed(reading())
    )


def _asked(number: int, state: str, actor: str) -> dict[str, Any] | None:
    """The waiting request; None if the same administrator gave the same answer before. Raises Refusal K03."""
    row = storage.find(reading(), number)
    if row is not None and (row["state"], row["decided_by"]) == (state, actor):
        return None
    if row is None or row["state"] != "asked":
        raise Refusal(STATE_CHANGED, "answered already, or lapsed")
    return row


def _decide_in(tx: Connection, row: dict[str, Any], state: str, actor: str, now: int) -> None:
    if row["asked_at"] <= _oldest(now):
        raise Refusal(STATE_CHANGED, "lapsed")
    if not storage.decide(tx, row["id"], state, actor, now):
        raise Refusal(OWN_APPROVAL, "their own request, or answered in another window")
    trail.record(tx, now, f"approval.{state}", actor, f"approval:{row['id']}", of=row["act"])


def _oldest(now: int) -> int:
    return now - settings().console.approval_days * DAY
