"""What the console alone knows of a person: relatives, the acts that fit the account's state, the printing of one letter.

The acts themselves are in `idp.accounts`. Pages judge rights.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from idp import deferred
from idp.accounts import guardianship
from idp.audit.search import Event, Filters, search
from idp.console.record_names import Names, names_at
from idp.console.rules.rights import SchoolRow
from idp.console.storage import family_links
from idp.database.engine import reading
from idp.letters import issue
from idp.letters.faces import Paper, second_language
from idp.people import offices
from idp.people.rules.accounts import AccountFacts, State
from idp.people.rules.usernames import normalise_username
from idp.people.storage import accounts as storage
from idp.people.storage import family
from idp.people.storage.family import Relative
from idp.refusals import Refusal
from idp.refusals.console import ACT_UNSUITABLE, PERSON_NOT_FOUND
from idp.runtime.context import settings

if TYPE_CHECKING:
    from idp.letters import pdf
else:
    pdf = deferred.module("idp.letters.pdf")


def facts(account: int) -> AccountFacts:
    """Raises Refusal K02."""
    account_facts = storage.by_id(reading(), account)
    if account_facts is None:
        raise Refusal(PERSON_NOT_FOUND, "no such account")
    return account_facts


def second_account(username: str) -> AccountFacts | None:
    """The account to merge with another one, by its typed username."""
    return storage.by_username(reading(), normalise_username(username))


def relatives_of(account: AccountFacts) -> list[Relative]:
    """The children of a guardian, the guardians of a pupil; nobody for staff."""
    if account.kind == "guardian":
        return family.children_of(reading(), account.person_id)
    return family.guardians_of(reading(), account.person_id) if account.kind == "pupil" else []


def links_at(school: int, account: AccountFacts) -> frozenset[int]:
    """The links of a guardian that a school may end, uphold and open again: those of its own pupils."""
    return (
        family_links.at_school(reading(), account.person_id, school)
        if account.kind == "guardian"
        else frozenset()
    )


def acts_for(account: AccountFacts) -> frozenset[str]:
    """The acts that fit the account's state."""
    if account.state == State.CLOSED:
        return frozenset()
    fitting = {"close", "detach", "merge"}
    if account.present:
        fitting |= {"reset", "unlock", "mail", "disconnect"}
    if account.present and account.state == State.ACTIVE:
        fitting.add("lock")
    if account.present and account.state in (State.CREATED, State.NOTIFIED, State.EXPIRED):
        fitting.add("print")
    if account.has_second_factor:
        fitting.add("factors")
    if account.kind == "guardian":
        fitting.add("attach")
    else:
        fitting -= {"detach", "merge"}
    return frozenset(fitting)


ORDER = ("print", "reset", "mail", "disconnect", "lock", "factors", "merge", "close")
"""Acts on a person, the most often needed first."""
FIRST = 3
"""Acts that are buttons of the person's page; the others are one click further."""


def in_order(acts: Collection[str], state: str) -> tuple[list[str], list[str]]:
    """The acts of a page: those that are buttons, and the others. A locked account is unlocked first."""
    order = ["unlock", *ORDER] if state == State.LOCKED else [*ORDER[:4], "unlock", *ORDER[4:]]
    fitting = [act for act in order if act in acts]
    return fitting[:FIRST], fitting[FIRST:]


@dataclass(frozen=True)
class Happening:
    """A record of what happened to an account. `undo`: the link that can be opened again, 0 for none."""

    event: Event
    names: Names
    undo: int


FURTHER = (200, 200, 200)
"""Records that are read of an account where the newest are of its children at other schools."""


def timeline(account: AccountFacts, school: SchoolRow, most: int = 20) -> list[Happening]:
    """What has happened to an account, the newest first, in the words and names of the record.

    An office reads no name of another school: neither of a colleague there, nor of a guardian's child there.
    """
    events = _readable(account, school, most)
    names = names_at(school, events)
    undoable = guardianship.undoable(account) if account.kind == "guardian" else {}
    return [Happening(event, names, _undo(event, undoable)) for event in events]


def _readable(account: AccountFacts, school: SchoolRow, most: int) -> list[Event]:
    """The newest records that the office may read, up to `most`. Records of other schools' links take no place of theirs."""
    events: list[Event] = []
    beyond: int | None = None
    own_links = links_at(school.id, account) | {0}
    for step in (most, *FURTHER):
        page = search(Filters(subjects=[account.actor]), beyond, step).events
        events += [
            event for event in page if account.kind != "guardian" or event.detail.get("link", 0) in own_links
        ]
        if len(events) >= most or len(page) < step:
            break
        beyond = page[-1].id
    return events[:most]


def _undo(event: Event, undoable: dict[int, int]) -> int:
    link = event.detail.get("link", 0) if event.act == "guardianship.detached" else 0
    return link if undoable.get(link) == event.at else 0


def slip(account: AccountFacts, password: str) -> issue.Letter:
    """The provisional password of one person, to hand over at the counter. It is nowhere stored."""
    return issue.Letter(
        account.id, account.kind, account.first_name, account.family_name, account.username, password
    )


def print_letter(account: AccountFacts, school: SchoolRow, language: str, actor: str, now: int) -> bytes:
    """One letter as a PDF; the password of an earlier letter no longer opens the account. Raises Refusal K09."""
    letters = issue.issue_letters([account.id], now, actor, school.id)
    if not letters:
        raise Refusal(ACT_UNSUITABLE, "no letter for an account in this state")
    if language not in settings().service.languages:
        language = settings().service.languages[0]
    paper = Paper(language, back=second_language(language))
    return pdf.letters_pdf(letters, offices.of_school(school.id), issue.expiry(now), paper)
