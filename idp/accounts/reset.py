"""Give an account a provisional password again: by the school, or by a guardian for their child."""

from idp.audit import trail
from idp.database.engine import Connection, transaction
from idp.durations import DAY
from idp.messages import notices
from idp.passwords.provisional import new_provisional_password, provisional_digest
from idp.people.rules.accounts import AccountFacts, Act, allowed_from
from idp.people.storage import accounts as storage
from idp.refusals import Refusal
from idp.refusals.activation import RESET_CAME_FIRST
from idp.refusals.console import ACT_UNSUITABLE
from idp.runtime.context import settings
from idp.signin import sessions


def reset(account: AccountFacts, actor: str, now: int) -> str:
    """The new provisional password, shown once; its person is notified by mail. Raises Refusal K09, A12."""
    with transaction() as tx:
        return reset_in(tx, account, actor, now)


def reset_in(tx: Connection, account: AccountFacts, actor: str, now: int) -> str:
    """The same within the transaction of a larger act."""
    password = _reset_in(tx, account, actor, now)
    notices.tell(tx, account, "reset_by_school", now)
    return password


def reset_child(guardian: AccountFacts, child: AccountFacts, now: int) -> str:
    """The child's new provisional password, shown once; the guardian is notified by mail. Raises Refusal K09, A12."""
    with transaction() as tx:
        password = _reset_in(tx, child, guardian.actor, now)
        notices.tell(tx, guardian, "child_reset", now, child=child.name)
    return password


def _reset_in(tx: Connection, account: AccountFacts, actor: str, now: int) -> str:
    """A provisional password for passwords.letter_days; sessions and tokens end, services are notified.

    Raises Refusal A12 (the credentials were replaced since `account` was read), K09 (a closed account).
    """
    password = new_provisional_password(settings().passwords.provisional_length)
    expires = now + settings().passwords.letter_days * DAY
    checked = account.credentials_generation
    if not storage.reset(tx, account.id, checked, provisional_digest(password), expires):
        present = storage.by_id(tx, account.id)
        if present is not None and present.state in allowed_from(Act.RESET):
            raise Refusal(RESET_CAME_FIRST, "the credentials were replaced meanwhile")
        raise Refusal(ACT_UNSUITABLE, "a closed account cannot be reset")
    trail.record(tx, now, "account.reset", actor, account.actor)
    sessions.end_all_in(tx, account, now)
    return password
