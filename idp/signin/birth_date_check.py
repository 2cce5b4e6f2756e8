"""Proof of identity by a birth date: a pupil's own, or a child's. After three wrong attempts only the school can help."""

from collections.abc import Callable, Sequence

from idp.crypto.opaque_tokens import digest
from idp.database.engine import reading, transaction
from idp.durations import DAY
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.refusals import Refusal
from idp.refusals.activation import TOO_MANY_BIRTH_DATES, WRONG_BIRTH_DATE
from idp.runtime.context import settings
from idp.signin.storage import throttles

A_YEAR = 365 * DAY


def identity_bucket(account: int) -> str:
    """The bucket of an account's wrong birth dates, shared by all pages."""
    return digest(f"identity\0{account}")


def check_birth_date(account: AccountFacts, birth_date: str, now: int) -> None:
    """Check an account's birth date (ISO). Raises Refusal A02 (wrong), A03 (too many attempts: only the school can help)."""
    judge(account, now, lambda: birth_date in accounts.birth_dates_that_prove(reading(), account))


def judge(account: AccountFacts, now: int, is_right) -> None:  # type: ignore[no-untyped-def]
    """Record an attempt, then compare it with `is_right()`. Raises Refusal A02, A03."""
    most = settings().passwords.identity_tries
    with transaction() as tx:
        tries, _ = throttles.count_attempt(tx, identity_bucket(account.id), now, A_YEAR)
    if tries > most:
        raise Refusal(TOO_MANY_BIRTH_DATES, "too many wrong birth dates")
    if not is_right():
        raise Refusal(TOO_MANY_BIRTH_DATES if tries == most else WRONG_BIRTH_DATE, "another birth date")


def judge_any(accounts: Sequence[int], now: int, matching: Callable[[], tuple[int, ...]]) -> tuple[int, ...]:
    """Compare an answer with several accounts (`matching()` returns those that fit); it counts as an attempt at each.

    An account without attempts left matches no answer any more, but still counts when an answer is ambiguous: where
    two fit and one of them has no attempt left, the person may be either. Raises Refusal A02, A03.
    """
    most = settings().passwords.identity_tries
    with transaction() as tx:
        # Sorted, so that two concurrent answers cannot deadlock.
        tries = {
            account: throttles.count_attempt(tx, identity_bucket(account), now, A_YEAR)[0]
            for account in sorted(accounts)
        }
    matches = matching()
    if all(tries[account] > most for account in matches):
        raise Refusal(
            TOO_MANY_BIRTH_DATES if min(tries.values()) >= most else WRONG_BIRTH_DATE,
            "a birth date of no candidate",
        )
    with transaction() as tx:
        for account in sorted(accounts):
            throttles.forgive(tx, identity_bucket(account))
    return matches
