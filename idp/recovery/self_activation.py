"""A guardian without a letter: who has shown the number and knows every child's birth date opens the account.

The same proof links an account to another provider (`idp.federation`), once.
"""

from collections.abc import Mapping

from idp import audit
from idp.context import settings
from idp.database import reading, transaction
from idp.federation import linking
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts, lifecycle
from idp.recovery.identifications import account_of
from idp.recovery.rules.proofs import Child, Identification, knows_children
from idp.recovery.storage import families
from idp.recovery.storage import identifications as storage
from idp.refusals import Refusal
from idp.signin import identity, sessions
from idp.signin.storage import devices, throttles

HOW = ("sms", "kba")
"""RFC 8176 §2: a code by SMS, and what only the family knows."""


def children(one: Identification) -> tuple[Child, ...]:
    """The children whose birth dates are asked for; those whose date the base does not hold are left out."""
    account = account_of(one)
    return tuple(child for child in families.children_of(reading(), account.person_id) if child.birth_date)


def prove_by_children(
    one: Identification,
    given: Mapping[int, str],
    not_mine: frozenset[int],
    browser: str,
    address: str,
    browser_name: str,
    now: int,
    waiting: str | None = None,
) -> str:
    """The birth dates of all children (person → ISO date), `not_mine` being those denied; the session cookie's token.

    `waiting`: the identity of another provider that is to be linked (`idp.federation.linking`).


    A denied child's link is flagged for the school, and nothing of the child is shown until it has decided. Raises
    Refusal A02 (a date is wrong), A03 (too many: only the school can help), V06 (no child left), S04, V03.
    """
    account = account_of(one)
    known = children(one)
    if not [child for child in known if child.person not in not_mine]:
        raise Refusal("V06", "no child is left to prove anything by")
    identity.judge(account, now, lambda: knows_children(known, given, not_mine))
    with transaction() as tx:
        if not storage.finish(tx, one.id, now):
            raise Refusal("V03", "the identification was finished in another tab")
        for child in known:
            if child.person in not_mine and families.dispute(tx, account.person_id, child.person, now):
                audit.record(
                    tx, now, "guardianship.disputed", f"account:{account.id}", f"person:{child.person}"
                )
        throttles.clear(tx, identity.identity_door(account.id))
        lifecycle.self_activate(tx, account.id, now)
        opened = _open_account(accounts.by_id(tx, account.id))
        accounts.note_sign_in(tx, account.id, now)
        devices.remember(tx, account.id, browser, now)
        who = f"account:{account.id}"
        audit.record(tx, now, "identity.proved", who, who, address, by="sms")
        token = sessions.open_in(tx, opened, HOW, address, browser_name, now, settings().sessions)
        if waiting is not None:
            linked = linking.link_in(tx, waiting, browser, opened, now)
            linking.note_session_in(tx, token, linked.provider, linked.sealed_id_token, now)
        return token


def _open_account(account: AccountFacts | None) -> AccountFacts:
    if account is None or not account.may_sign_in:
        raise Refusal("S04", "the account is closed, locked or absent")
    return account
