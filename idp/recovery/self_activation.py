"""Activation without a letter: a guardian proves the number and gives every child's birth date.

The same proof links an identity of another provider to the account (`idp.federation`), once.
"""

from collections.abc import Mapping

from idp.audit import trail
from idp.database.engine import reading, transaction
from idp.federation import linking
from idp.observability import counting
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts, lifecycle
from idp.recovery.attempts import account_of
from idp.recovery.rules.proofs import Child, Identification, knows_children
from idp.recovery.storage import attempts as storage
from idp.recovery.storage import families
from idp.refusals import Refusal
from idp.refusals.recovery import CHILD_NOT_PROVED, RECOVERY_EXPIRED
from idp.refusals.signing_in import ACCOUNT_CLOSED
from idp.runtime.context import settings
from idp.signin import birth_date_check, sessions
from idp.signin.storage import devices, throttles

HOW = ("sms", "kba")
"""RFC 8176 §2: a code by SMS, and knowledge-based answers of the family."""


def children(identification: Identification) -> tuple[Child, ...]:
    """The children whose birth dates are asked for: those that have a date in the school's database."""
    account = account_of(identification)
    return tuple(child for child in families.children_of(reading(), account.person_id) if child.birth_date)


@counting.sign_ins("self_activation")
def prove_by_children(
    identification: Identification,
    birth_dates: Mapping[int, str],
    not_mine: frozenset[int],
    browser: str,
    address: str,
    browser_name: str,
    now: int,
    waiting: str | None = None,
) -> str:
    """Check the birth dates of all children (person id → ISO date) except the denied ones, `not_mine`.

    Returns the session cookie's token.

    `waiting`: the identity of another provider to be linked (`idp.federation.linking`).

    A denied child's link is flagged for the school, and no data of the child is released until the school decides. Raises
    Refusal A02 (a date is wrong), A03 (too many: only the school can help), V06 (no child left), S04, V03.
    """
    account = account_of(identification)
    candidates = children(identification)
    if not [child for child in candidates if child.person not in not_mine]:
        raise Refusal(CHILD_NOT_PROVED, "no child is left to prove anything by")
    birth_date_check.judge(account, now, lambda: knows_children(candidates, birth_dates, not_mine))
    with transaction() as tx:
        if not storage.finish(tx, identification.id, now):
            raise Refusal(RECOVERY_EXPIRED, "the identification was finished in another tab")
        for child in candidates:
            if child.person in not_mine and families.dispute(tx, account.person_id, child.person, now):
                trail.record(tx, now, "guardianship.disputed", account.actor, f"person:{child.person}")
        throttles.clear(tx, birth_date_check.identity_bucket(account.id))
        if lifecycle.self_activate(tx, account.id, now):
            sessions.end_all_in(tx, account, now)
        opened = _open_account(accounts.by_id(tx, account.id))
        accounts.note_sign_in(tx, opened, now)
        devices.remember(tx, account.id, browser, now)
        actor = account.actor
        trail.record(tx, now, "identity.proved", actor, actor, address, by="sms")
        token = sessions.open_in(tx, opened, HOW, address, browser_name, now, settings().sessions)
        if waiting is not None:
            linked = linking.link_in(tx, waiting, browser, opened, now)
            linking.note_session_in(
                tx, token, linked.provider, linked.sealed_id_token, linked.subject, None, now
            )
        return token


def _open_account(account: AccountFacts | None) -> AccountFacts:
    if account is None or not account.may_sign_in:
        raise Refusal(ACCOUNT_CLOSED, "the account is closed, locked or absent")
    return account
