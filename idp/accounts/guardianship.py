"""The link between a guardian and a pupil: the school ends it or upholds it, a pupil of full age ends it.

An act that was done already changes nothing, and writes no second record.
"""

from idp.accounts.rules.reasons import check_reason
from idp.audit import trail
from idp.database.engine import reading, transaction
from idp.people.rules.accounts import AccountFacts
from idp.people.rules.families import is_of_age
from idp.people.storage import accounts, family
from idp.refusals import Refusal
from idp.refusals.account import LINK_NOT_ENDABLE
from idp.refusals.console import STATE_CHANGED
from idp.runtime.context import day_of


def detach(guardian: AccountFacts, link: int, reason: str, actor: str, now: int) -> None:
    """The school ends a link. Raises Refusal K08 (no reason), K03 (the link of another guardian)."""
    check_reason(reason)
    with transaction() as tx:
        if not family.detach(tx, link, guardian.person_id, now):
            if family.is_over(tx, link, guardian.person_id):
                return
            raise Refusal(STATE_CHANGED, "the link is of another guardian")
        trail.record(tx, now, "guardianship.detached", actor, guardian.actor, link=link, reason=reason)


def uphold(guardian: AccountFacts, link: int, actor: str, now: int) -> None:
    """The school states that a disputed link is right. Raises Refusal K03."""
    with transaction() as tx:
        if not family.uphold(tx, link, guardian.person_id):
            if family.is_upheld(tx, link, guardian.person_id):
                return
            raise Refusal(STATE_CHANGED, "the link is over, or of another guardian")
        trail.record(tx, now, "guardianship.upheld", actor, guardian.actor, link=link)


def end_link(pupil: AccountFacts, link: int, now: int) -> None:
    """A pupil of full age ends the link to a guardian. Raises Refusal C04 (under age, or no such link)."""
    if not may_end_links(pupil, now):
        raise Refusal(LINK_NOT_ENDABLE, "the pupil is not of full age")
    with transaction() as tx:
        if not family.end_link(tx, link, pupil.person_id, now):
            if family.is_over(tx, link, pupil.person_id):
                return
            raise Refusal(LINK_NOT_ENDABLE, "no such link")
        trail.record(tx, now, "guardianship.ended", pupil.actor, pupil.actor, link=link)


def may_end_links(account: AccountFacts, now: int) -> bool:
    """Whether this is a pupil of full age."""
    if account.kind != "pupil":
        return False
    today = day_of(now).isoformat()
    return any(is_of_age(date, today) for date in accounts.birth_dates_that_prove(reading(), account))
