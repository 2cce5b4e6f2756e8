""" "Mes enfants": what a guardian may do for a child, and which other account a guardian may join."""

from idp.accounts import merge, reset
from idp.database.engine import reading
from idp.people.rules.accounts import AccountFacts
from idp.people.rules.families import is_of_age
from idp.people.storage import accounts, family
from idp.people.storage.family import Relative
from idp.refusals import Refusal
from idp.refusals.account import CHILD_IS_OF_AGE, NOT_A_CHILD_OF_YOURS
from idp.runtime.context import day_of
from idp.signin import authentication
from idp.signin.sessions import Session


def children_of(account: AccountFacts) -> list[Relative]:
    """The guardian's children, the eldest first."""
    return family.children_of(reading(), account.person_id)


def guardians_of(account: AccountFacts) -> list[Relative]:
    """The pupil's guardians."""
    return family.guardians_of(reading(), account.person_id)


def reset_child(guardian: AccountFacts, child: int, now: int) -> tuple[Relative, str]:
    """Give a child (a person's id) a provisional password, shown once; the child chooses another at the next login.

    Raises Refusal C01 (not their child, or the child has no account), C02 (the child is of full age), K09 (closed).
    """
    relative = next(
        (
            relative
            for relative in children_of(guardian)
            if relative.person == child and not relative.disputed
        ),
        None,
    )
    account = accounts.by_id(reading(), relative.account) if relative and relative.account else None
    if relative is None or account is None or not account.present:
        raise Refusal(NOT_A_CHILD_OF_YOURS, "not a child of this guardian")
    if is_of_age(relative.birth_date, day_of(now).isoformat()):
        raise Refusal(CHILD_IS_OF_AGE, "the child is of full age")
    return relative, reset.reset_child(guardian, account, now)


def join(session: Session, username: str, password: str, address: str, browser: str, now: int) -> None:
    """Join another account of the same guardian: its children move to this account, and it is closed.

    Raises Refusal S01, S02, S05, S06 (the other account's sign-in and its rate limits), C03 (another name, or no
    guardian's account).
    """
    own = session.account
    merged_account = authentication.verify(username, password, address, browser, now, (own.profile,))
    merge.join(own, merged_account, now)
