"""Two accounts of one guardian become one: the children go to the account that stays, the other account is closed.

The school merges two accounts; a guardian joins another account of their own after its password.
"""

from idp.accounts.close import close_in
from idp.accounts.rules.reasons import check_reason
from idp.audit import trail
from idp.database.engine import Connection, reading, transaction
from idp.messages import notices
from idp.people.rules.accounts import AccountFacts, State
from idp.people.rules.families import merge_contradictions
from idp.people.storage import family, persons
from idp.refusals import Refusal
from idp.refusals.account import ACCOUNTS_DIFFER
from idp.refusals.console import (
    ACCOUNT_ALREADY_CLOSED,
    MAYBE_TWO_PEOPLE,
    NOT_GUARDIANS,
    OTHER_ACCOUNT_MISSING,
    SECOND_FACTOR_IN_THE_WAY,
    TWO_PEOPLE,
)


def obstacle(staying: AccountFacts, joined: AccountFacts, sure: bool = False) -> str | None:
    """The code of the refusal that says why two accounts cannot become one; None if they can.

    `sure`: the caller has compared both records and states that they are of one person, though their first names or
    civilities differ.
    """
    if staying.id == joined.id:
        return OTHER_ACCOUNT_MISSING
    if staying.kind != "guardian" or joined.kind != "guardian":
        return NOT_GUARDIANS
    if State.CLOSED in (staying.state, joined.state):
        return ACCOUNT_ALREADY_CLOSED
    differences = merge_contradictions(
        persons.identity_of(reading(), staying.person_id), persons.identity_of(reading(), joined.person_id)
    )
    if "family_name" in differences:
        return TWO_PEOPLE
    if joined.has_second_factor:
        return SECOND_FACTOR_IN_THE_WAY
    return MAYBE_TWO_PEOPLE if differences and not sure else None


def merge(
    staying: AccountFacts, joined: AccountFacts, reason: str, actor: str, now: int, sure: bool = False
) -> None:
    """Give the children of `joined` to `staying`, and close `joined`; both are notified by mail.

    Raises Refusal K08 (no reason), K31 to K36 (`obstacle`).
    """
    with transaction() as tx:
        merge_in(tx, staying, joined, reason, actor, now, sure)


def merge_in(
    tx: Connection,
    staying: AccountFacts,
    joined: AccountFacts,
    reason: str,
    actor: str,
    now: int,
    sure: bool = False,
) -> None:
    """The same within the transaction of a larger act."""
    check_reason(reason)
    if why := obstacle(staying, joined, sure):
        raise Refusal(why, f"{joined.username} cannot be merged into {staying.username}")
    family.join_persons(tx, staying.person_id, joined.person_id, now)
    if not close_in(tx, joined, actor, now, into=staying.username):
        raise Refusal(ACCOUNT_ALREADY_CLOSED, "the account was closed meanwhile")
    addresses = {
        account.mail.lower(): account.mail
        for account in (joined, staying)
        if account.mail and account.mail_verified
    }
    for address in addresses.values():
        notices.tell(tx, staying, "account_merged", now, to=address, link=None, joined=joined.username)
    trail.record(tx, now, "account.merged", actor, staying.actor, joined=joined.username, reason=reason)


def join(own: AccountFacts, ended: AccountFacts, now: int) -> None:
    """A guardian joins another account of their own, whose password the caller has verified.

    Raises Refusal C03 (`obstacle`: another name, a second factor, or no guardian's account).
    """
    if obstacle(own, ended) is not None:
        raise Refusal(ACCOUNTS_DIFFER, "the accounts are not of one guardian")
    with transaction() as tx:
        family.join_persons(tx, own.person_id, ended.person_id, now)
        close_in(tx, ended, own.actor, now, joined_to=own.id)
        notices.tell(tx, own, "account_joined", now, joined=ended.username)
        trail.record(tx, now, "account.joined", own.actor, own.actor, joined=ended.id)
