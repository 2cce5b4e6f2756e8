"""Close an account for good. Commands, the console, merges, "Mon compte" and jobs close it here."""

from typing import Any

from idp.accounts.rules.reasons import check_reason
from idp.accounts.storage import endings as storage
from idp.audit import trail
from idp.database.engine import Connection, transaction
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import factors, lifecycle
from idp.signin import sessions


def close(account: AccountFacts, actor: str, now: int, reason: str | None = None) -> bool:
    """Close an account; False if it was closed already. Its username and subject are never given again.

    `reason`: for the record; None where the caller asks for none (a command). Raises Refusal K08 (an unusable reason).
    """
    why = {}
    if reason is not None:
        check_reason(reason)
        why = {"reason": reason}
    with transaction() as tx:
        return close_in(tx, account, actor, now, **why)


def close_in(tx: Connection, account: AccountFacts, actor: str, now: int, **why: Any) -> bool:
    """The same within the transaction of a larger act. `why` goes to the audit trail.

    The password, factors, linked identities, links of mails and known browsers go; sessions end, services are notified.
    """
    if not lifecycle.close(tx, account.id, now):
        return False
    storage.remove_ways_in(tx, account.id)
    factors.clear_factor(tx, account.id)
    sessions.end_all_in(tx, account, now)
    trail.record(tx, now, "account.closed", actor, account.actor, **why)
    return True
