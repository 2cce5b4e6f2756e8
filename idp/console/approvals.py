"""Four eyes: acts that the settings name wait until a second administrator agrees."""

import json
from collections.abc import Callable
from typing import Any

from idp import audit
from idp.console import people
from idp.console.storage import approvals as storage
from idp.context import settings
from idp.database import reading, transaction
from idp.oidc import signing
from idp.refusals import Refusal
from keys.rotation import NoSuchKey


def _merge(payload: dict[str, Any], actor: str, now: int) -> None:
    kept, joined = people.facts(payload["kept"]), people.facts(payload["joined"])
    people.merge(kept, joined, payload["reason"], actor, now)


def _rotate(payload: dict[str, Any], actor: str, now: int) -> None:
    signing.rotate(payload["alg"], actor, now)


def _revoke(payload: dict[str, Any], actor: str, now: int) -> None:
    try:
        signing.retire(payload["kid"], actor, now)
    except NoSuchKey:
        raise Refusal("K03", "the key is gone already") from None


def _export(_payload: dict[str, Any], _actor: str, _now: int) -> None:
    """Agreed: whoever asked may download for an hour (`may_export`)."""


ACTS: dict[str, Callable[[dict[str, Any], str, int], None]] = {
    "merge": _merge,
    "keys.rotate": _rotate,
    "keys.revoke": _revoke,
    "export": _export,
}
"""What can wait for agreement. The part before a dot is what console.four_eyes names."""


def do_or_ask(act: str, payload: dict[str, Any], summary: str, actor: str, now: int) -> bool:
    """Do it now, or ask for agreement where the settings want it; whether it is done."""
    if act.partition(".")[0] not in settings().console.four_eyes:
        ACTS[act](payload, actor, now)
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
        audit.record(tx, now, "approval.asked", actor, f"approval:{number}", of=act)
    return False


def agree(number: int, actor: str, now: int) -> None:
    """Another administrator agrees, and the act is done in the name of both. Raises Refusal K10, K03."""
    row = _decide(number, "agreed", actor, now)
    ACTS[row["act"]](row["payload"], f"{row['asked_by']}+{actor.partition(':')[2]}"[:80], now)


def refuse(number: int, actor: str, now: int) -> None:
    """Raises Refusal K10, K03."""
    _decide(number, "refused", actor, now)


def may_export(what: str, actor: str, now: int) -> bool:
    """Whether an export needs no agreement, or has one that is not older than an hour."""
    if "export" not in settings().console.four_eyes:
        return True
    return any(
        row["act"] == "export"
        and row["state"] == "agreed"
        and row["asked_by"] == actor
        and json.loads(row["payload"])["what"] == what
        and now - (row["decided_at"] or 0) < 3600
        for row in storage.listed(reading())
    )


def _decide(number: int, state: str, actor: str, now: int) -> dict[str, Any]:
    row = storage.find(reading(), number)
    if row is None or row["state"] != "asked":
        raise Refusal("K03", "answered already")
    with transaction() as tx:
        if not storage.decide(tx, number, state, actor, now):
            raise Refusal("K10", "their own request, or answered in another window")
        audit.record(tx, now, f"approval.{state}", actor, f"approval:{number}", of=row["act"])
    return row
