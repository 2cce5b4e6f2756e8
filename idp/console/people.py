"""Acts on one person, from the console: what a school's office does for a family. Rights are judged by the page."""

from sqlalchemy import Connection

from idp import audit
from idp.database import reading, transaction
from idp.factors import changes
from idp.messages import notices
from idp.people import accounts, letters
from idp.people.letter_pdf import letters_pdf
from idp.people.letters import Letter
from idp.people.rules.accounts import AccountFacts, State
from idp.people.rules.credentials import plain
from idp.people.rules.mail_addresses import clean_address
from idp.people.storage import accounts as storage
from idp.people.storage import family, lifecycle
from idp.refusals import Refusal
from idp.signin import locking, mail_confirmation, sessions

SHORTEST_REASON = 5


def facts(account: int) -> AccountFacts:
    """Raises Refusal K02."""
    found = storage.by_id(reading(), account)
    if found is None:
        raise Refusal("K02", "no such account")
    return found


def acts_for(one: AccountFacts) -> frozenset[str]:
    """The acts that fit the account's state."""
    if one.state == State.CLOSED:
        return frozenset()
    fitting = {"close", "detach", "merge"}
    if one.present:
        fitting |= {"reset", "unlock", "mail", "disconnect"}
    if one.present and one.state in (State.CREATED, State.NOTIFIED, State.EXPIRED):
        fitting.add("print")
    if one.has_second_factor:
        fitting.add("factors")
    if one.kind != "guardian":
        fitting -= {"detach", "merge"}
    return frozenset(fitting)


def reset(one: AccountFacts, actor: str, now: int) -> str:
    """A new provisional password, shown once; sessions and tokens end, and the person is told. Raises Refusal K09."""
    with transaction() as tx:
        password = reset_in(tx, one, actor, now)
    return password


def reset_in(tx: Connection, one: AccountFacts, actor: str, now: int) -> str:
    """The same within a larger act's transaction."""
    try:
        password = accounts.reset_in(tx, one, actor, now)
    except Refusal as refused:
        raise Refusal("K09", refused.reason) from None
    sessions.end_all_in(tx, one, now)
    notices.tell(tx, one, "reset_by_school", now)
    return password


def print_letter(one: AccountFacts, school: str, language: str, actor: str, now: int) -> bytes:
    """One letter as a PDF; the one before is worth nothing. Raises Refusal K09."""
    written: list[Letter] = letters.issue_letters([one.id], now, actor)
    if not written:
        raise Refusal("K09", "no letter for an account in this state")
    return letters_pdf(written, school, letters.expiry(now), language)


def unlock(one: AccountFacts, actor: str, now: int) -> None:
    """Open the account and the doors that failed tries have closed."""
    locking.unlock(one.username, actor, now)


def correct_mail(one: AccountFacts, typed: str, seen: str, language: str, actor: str, now: int) -> None:
    """Put another address, which its owner confirms; the old one is told. `seen`: the address that the form showed.

    Raises Refusal K08 (no address), K03 (somebody has changed it meanwhile).
    """
    address = clean_address(typed)
    if address is None:
        raise Refusal("K08", "malformed mail address", field="mail")
    with transaction() as tx:
        present = storage.by_id(tx, one.id)
        if present is None or (present.mail or "") != seen:
            raise Refusal("K03", "the address was changed meanwhile")
        notices.tell(tx, present, "mail_changed_by_school", now, address=address)
        mail_confirmation.send_in(tx, present, address, present.language or language, now)
        audit.record(tx, now, "mail.corrected", actor, f"account:{one.id}")


def detach(one: AccountFacts, link: int, reason: str, actor: str, now: int) -> None:
    """End the link between a guardian and a child. Raises Refusal K08 (no reason), K03 (it was ended already)."""
    needs_reason(reason)
    with transaction() as tx:
        if not family.detach(tx, link, one.person_id, now):
            raise Refusal("K03", "the link is over, or another's")
        audit.record(tx, now, "guardianship.detached", actor, f"account:{one.id}", link=link, reason=reason)


def uphold(one: AccountFacts, link: int, actor: str, now: int) -> None:
    """The school says that a disputed link is right. Raises Refusal K03."""
    with transaction() as tx:
        if not family.uphold(tx, link, one.person_id):
            raise Refusal("K03", "the link is not disputed any more")
        audit.record(tx, now, "guardianship.upheld", actor, f"account:{one.id}", link=link)


def may_merge(kept: AccountFacts, joined: AccountFacts) -> str | None:
    """Why two accounts cannot be one, None if they can."""
    if kept.id == joined.id:
        return "it is the same account"
    if kept.kind != "guardian" or joined.kind != "guardian":
        return "only guardians' accounts are merged"
    if State.CLOSED in (kept.state, joined.state):
        return "a closed account cannot be merged"
    if plain(kept.family_name) != plain(joined.family_name):
        return "the surnames differ"
    if joined.has_second_factor:
        return "the account that would go has a second factor"
    return None


def merge(kept: AccountFacts, joined: AccountFacts, reason: str, actor: str, now: int) -> None:
    """Give the children of `joined` to `kept`, and close it. Raises Refusal K08 (no reason), K09 (they cannot be one)."""
    needs_reason(reason)
    if why := may_merge(kept, joined):
        raise Refusal("K09", why)
    with transaction() as tx:
        if not lifecycle.close(tx, joined.id, now):
            raise Refusal("K09", "the account was closed meanwhile")
        family.join_persons(tx, kept.person_id, joined.person_id, now)
        sessions.end_all_in(tx, joined, now)
        audit.record(
            tx, now, "account.merged", actor, f"account:{kept.id}", joined=joined.username, reason=reason
        )
        audit.record(tx, now, "account.closed", actor, f"account:{joined.id}", into=kept.username)


def disconnect(one: AccountFacts, actor: str, now: int) -> None:
    """End every session of the person: a phone lost, a computer left open."""
    locking.disconnect(one, actor, now)


def close(one: AccountFacts, reason: str, actor: str, now: int) -> None:
    """Close an account for good. Raises Refusal K08 (no reason), K09."""
    needs_reason(reason)
    with transaction() as tx:
        close_in(tx, one, reason, actor, now)


def close_in(tx: Connection, one: AccountFacts, reason: str, actor: str, now: int) -> None:
    """The same within a larger act's transaction. Raises Refusal K09."""
    if not lifecycle.close(tx, one.id, now):
        raise Refusal("K09", "the account is closed already")
    sessions.end_all_in(tx, one, now)
    audit.record(tx, now, "account.closed", actor, f"account:{one.id}", reason=reason)


def remove_factors(one: AccountFacts, actor: str, now: int) -> None:
    """The person has shown who they are at the office: passkeys, authenticator and recovery codes go."""
    changes.remove_all(one.username, actor, now)


def needs_reason(reason: str) -> None:
    """Raises Refusal K08 for a reason that says nothing, or far too much."""
    if len(reason.strip()) < SHORTEST_REASON or len(reason) > 500:
        raise Refusal("K08", "a reason is asked for", field="motif")
