"""The link between a guardian and a pupil: the school ends it or upholds it, a pupil of full age ends it.

An act that was done already changes nothing, and writes no second record.
"""

from idp.accounts.rules.reasons import check_reason
from idp.audit import trail
from idp.audit.search import Event, Filters, search
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


def attach_again(guardian: AccountFacts, link: int, actor: str, now: int) -> None:
    """Undo `detach`: the link is open again. Raises Refusal K03 for a link that the school did not end, or that is another guardian's.

    A link that an import or a pupil of full age has ended stays ended.
    """
    detached = [event.at for event in detachments(guardian) if event.detail.get("link") == link]
    with transaction() as tx:
        if not detached or not family.attach_again(tx, link, guardian.person_id, max(detached)):
            if family.is_upheld(tx, link, guardian.person_id):
                return
            raise Refusal(STATE_CHANGED, "the school did not end this link, or it is of another guardian")
        trail.record(tx, now, "guardianship.attached_again", actor, guardian.actor, link=link)


def detachments(guardian: AccountFacts) -> list[Event]:
    """The newest records of links of this guardian that the school ended."""
    return search(Filters("guardianship.detached", subjects=[guardian.actor]), None, 50).events


def undoable(guardian: AccountFacts) -> dict[int, int]:
    """Link → when the school ended it, of the links that `attach_again` would open."""
    detached: dict[int, int] = {}
    for event in detachments(guardian):
        detached.setdefault(event.detail.get("link", 0), event.at)
    ended = family.ended_at(reading(), detached) if detached else {}
    return {link: at for link, at in detached.items() if ended.get(link) == at}


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
