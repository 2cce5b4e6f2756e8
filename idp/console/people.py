"""What the console alone knows of a person: relatives, the acts that fit the account's state, the printing of one letter.

The acts themselves are in `idp.accounts`. Pages judge rights.
"""

from typing import TYPE_CHECKING

from idp import deferred
from idp.console.rules.rights import SchoolRow
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


def acts_for(account: AccountFacts) -> frozenset[str]:
    """The acts that fit the account's state."""
    if account.state == State.CLOSED:
        return frozenset()
    fitting = {"close", "detach", "merge"}
    if account.present:
        fitting |= {"reset", "unlock", "mail", "disconnect"}
    if account.present and account.state in (State.CREATED, State.NOTIFIED, State.EXPIRED):
        fitting.add("print")
    if account.has_second_factor:
        fitting.add("factors")
    if account.kind != "guardian":
        fitting -= {"detach", "merge"}
    return frozenset(fitting)


def print_letter(account: AccountFacts, school: SchoolRow, language: str, actor: str, now: int) -> bytes:
    """One letter as a PDF; the password of an earlier letter no longer opens the account. Raises Refusal K09."""
    letters = issue.issue_letters([account.id], now, actor, school.id)
    if not letters:
        raise Refusal(ACT_UNSUITABLE, "no letter for an account in this state")
    if language not in settings().service.languages:
        language = settings().service.languages[0]
    paper = Paper(language, back=second_language(language))
    return pdf.letters_pdf(letters, offices.of_school(school.id), issue.expiry(now), paper)
