"""Lock an account, and unlock it."""

from idp.audit import trail
from idp.database.engine import Connection, reading, transaction
from idp.people.rules.accounts import AccountFacts, State
from idp.people.storage import accounts, lifecycle
from idp.refusals import Refusal
from idp.refusals.console import ACT_UNSUITABLE
from idp.signin import birth_date_check, not_me_link, rate_limits
from idp.signin.storage import throttles


def lock(account: AccountFacts, actor: str, now: int) -> bool:
    """Lock an active account: a recovery or `unlock` opens it. False if it was locked already.

    Raises Refusal K09 (neither active nor locked). The link "Ce n'était pas moi" locks by the same `lock_in`.
    """
    with transaction() as tx:
        if not_me_link.lock_in(tx, account, now, actor):
            return True
    present = accounts.by_id(reading(), account.id)
    if present is None or present.state != State.LOCKED:
        raise Refusal(ACT_UNSUITABLE, "only an active account can be locked")
    return False


def unlock(account: AccountFacts, actor: str, now: int) -> None:
    """Open a locked account, and clear its rate limits: wrong passwords and wrong birth dates."""
    with transaction() as tx:
        unlock_in(tx, account, actor, now)


def unlock_in(tx: Connection, account: AccountFacts, actor: str, now: int) -> None:
    """The same within the transaction of a larger act."""
    lifecycle.unlock(tx, account.id)
    for bucket in (
        rate_limits.account_bucket(account.username),
        birth_date_check.identity_bucket(account.id),
    ):
        throttles.clear(tx, bucket)
    trail.record(tx, now, "account.unlock", actor, account.actor)
