""" "Mes enfants": a new password for a child, another account of the same guardian, and the end of a link at eighteen."""

from datetime import UTC, datetime

from idp import audit
from idp.database import reading, transaction
from idp.federation.storage import logins
from idp.messages import notices
from idp.people import accounts as people
from idp.people.rules import families
from idp.people.rules.accounts import AccountFacts
from idp.people.rules.credentials import plain
from idp.people.storage import accounts, family, lifecycle
from idp.people.storage.family import Relative
from idp.refusals import Refusal
from idp.signin import authentication, sessions
from idp.signin.sessions import Session


def children_of(account: AccountFacts) -> list[Relative]:
    """The guardian's children, the eldest first."""
    return family.children_of(reading(), account.person_id)


def guardians_of(account: AccountFacts) -> list[Relative]:
    """The pupil's guardians."""
    return family.guardians_of(reading(), account.person_id)


def reset_child(guardian: AccountFacts, child: int, now: int) -> tuple[Relative, str]:
    """Give a child (a person's id) a provisional password, shown this once; the child's sessions end.

    The child chooses their own at the next login. Raises Refusal C01 (not their child, or the child has no account), C02 (the
    child is of full age, and does it alone).
    """
    found = next((one for one in children_of(guardian) if one.person == child and not one.disputed), None)
    account = accounts.by_id(reading(), found.account) if found and found.account else None
    if found is None or account is None or not account.present:
        raise Refusal("C01", "not a child of this guardian")
    if is_of_age(found.birth_date, now):
        raise Refusal("C02", "the child is of full age")
    with transaction() as tx:
        password = people.reset_in(tx, account, f"account:{guardian.id}", now)
        sessions.end_all_in(tx, account, now)
        notices.tell(tx, guardian, "child_reset", now, child=account.name)
    return found, password


def join(session: Session, username: str, password: str, address: str, browser: str, now: int) -> None:
    """Join another account of the same guardian: its children come here, and it is closed.

    Raises Refusal S01, S02, S05, S06 (the other account's own door), C03 (another name, or no guardian's account).
    """
    mine = session.account
    other = authentication.verify(username, password, address, browser, now)
    if not _same_guardian(mine, other):
        raise Refusal("C03", "the accounts are not of one guardian")
    with transaction() as tx:
        family.join_persons(tx, mine.person_id, other.person_id, now)
        lifecycle.close(tx, other.id, now)
        logins.forget(tx, other.id)
        sessions.end_all_in(tx, other, now)
        notices.tell(tx, mine, "account_joined", now, joined=other.username)
        who = f"account:{mine.id}"
        audit.record(tx, now, "account.joined", who, who, joined=other.id)
        audit.record(tx, now, "account.closed", who, f"account:{other.id}", joined_to=mine.id)


def end_link(pupil: AccountFacts, link: int, now: int) -> None:
    """A pupil of full age ends the link to a guardian. Raises Refusal C04 (not of age, or no such link)."""
    if not may_end_links(pupil, now):
        raise Refusal("C04", "the pupil is not of full age")
    with transaction() as tx:
        if not family.end_link(tx, link, pupil.person_id, now):
            raise Refusal("C04", "no such link")
        who = f"account:{pupil.id}"
        audit.record(tx, now, "guardianship.ended", who, who, link=link)


def may_end_links(account: AccountFacts, now: int) -> bool:
    """Whether this is a pupil of full age."""
    if account.kind != "pupil":
        return False
    return any(is_of_age(date, now) for date in accounts.birth_dates_that_prove(reading(), account))


def is_of_age(birth_date: str | None, now: int) -> bool:
    """Eighteen years old or more at `now`; somebody without a birth date is not."""
    today = datetime.fromtimestamp(now, UTC).date().isoformat()
    return birth_date is not None and families.is_of_age(birth_date, today)


def _same_guardian(mine: AccountFacts, other: AccountFacts) -> bool:
    return (
        other.id != mine.id
        and not other.has_second_factor
        and mine.kind == other.kind == "guardian"
        and plain(mine.first_name) == plain(other.first_name)
        and plain(mine.family_name) == plain(other.family_name)
    )
