"""Requests for erasure (GDPR article 17): a person asks and withdraws; the school's office or the academy answers.

An open request follows its person to the next school. A request erases nothing. The controller decides: while a school's base names the person, the data is needed for its public task
(article 17.3.b). The erasure itself is `idp.console.personal_data.erase`, which calls `fulfilled_in`.
"""

from collections.abc import Collection

from idp.accounts.rules.reasons import check_reason
from idp.audit import trail
from idp.database.engine import Connection, reading, transaction
from idp.durations import DAY
from idp.messages import notices
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.privacy.rules.requests import StoredRequest, WaitingRequest
from idp.privacy.storage import erasure_requests as storage
from idp.refusals import Refusal
from idp.refusals.console import STATE_CHANGED

LONGEST_WISH = 500
"""Characters."""
ANSWER_STAYS = 365 * DAY
"""How long a refused request can be read."""
EVERYBODY = frozenset({"pupil", "guardian", "staff"})


def latest_of(account: AccountFacts) -> StoredRequest | None:
    """The newest request of an account, with its answer; None without one."""
    return storage.latest(reading(), account.id)


def school_of(account: AccountFacts) -> str | None:
    """The name of the school that answers a request of this person now; None: the academy answers."""
    return storage.school_name_of(reading(), account.person_id)


def ask(account: AccountFacts, wish: str, now: int) -> None:
    """Ask for erasure: the request waits at the school that names the person, else at the academy. A second time changes nothing."""
    with transaction() as tx:
        school = storage.school_of(tx, account.person_id)
        if not storage.add(tx, account.id, school, wish.strip()[:LONGEST_WISH], now):
            return
        notices.tell(tx, account, "erasure_asked", now)
        trail.record(tx, now, "erasure.asked", account.actor, account.actor)


def withdraw(account: AccountFacts, now: int) -> None:
    """Withdraw the open request. A second time changes nothing."""
    with transaction() as tx:
        if storage.withdraw(tx, account.id):
            trail.record(tx, now, "erasure.withdrawn", account.actor, account.actor)


def waiting_requests(school: int | None, kinds: Collection[str] = EVERYBODY) -> list[WaitingRequest]:
    """The open requests that a school (an id; None: the academy) has to answer, the oldest first; at most 200."""
    return storage.waiting(reading(), school, kinds)


def refuse(request: WaitingRequest, school: int | None, reason: str, actor: str, now: int) -> None:
    """Refuse a request of this school (None: of the academy); the person gets the reason by mail.

    Raises Refusal K08 (no reason), K03 (answered, withdrawn or passed on meanwhile).
    """
    check_reason(reason)
    answer = reason.strip()
    with transaction() as tx:
        account = accounts.by_id(tx, request.account)
        if account is None or not storage.refuse(
            tx, request.id, school, answer, actor, now, now + ANSWER_STAYS
        ):
            raise Refusal(STATE_CHANGED, "the request is no longer open here")
        notices.tell(tx, account, "erasure_refused", now, reason=answer)
        trail.record(tx, now, "erasure.refused", actor, account.actor, reason=answer)


def pass_on(request: WaitingRequest, school: int, actor: str, now: int) -> None:
    """The school agrees, and the academy erases. Raises Refusal K03 (answered, withdrawn or passed on meanwhile)."""
    with transaction() as tx:
        if not storage.pass_on(tx, request.id, school, now):
            raise Refusal(STATE_CHANGED, "the request is no longer open here")
        trail.record(tx, now, "erasure.passed_on", actor, f"account:{request.account}")


def fulfilled_in(tx: Connection, account: AccountFacts, now: int) -> None:
    """The account is erased within this transaction: its person, who asked for it, gets a last mail."""
    request = storage.latest(tx, account.id)
    if request is not None and request.is_open:
        notices.tell(tx, account, "erasure_done", now)
