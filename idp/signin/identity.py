"""Showing who one is by a birth date: a pupil's own, or a child's. Three tries, then the school."""

from idp.context import settings
from idp.database import reading, transaction
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.refusals import Refusal
from idp.security import digest
from idp.signin.storage import throttles

A_YEAR = 365 * 86400


def identity_door(account: int) -> str:
    """The bucket of an account's wrong birth dates, whichever page they are given on."""
    return digest(f"identity\0{account}")


def check_birth_date(account: AccountFacts, given: str, now: int) -> None:
    """Raises Refusal A02 (another date), A03 (too many: only the school can help)."""
    judge(account, now, lambda: given in accounts.birth_dates_that_prove(reading(), account))


def judge(account: AccountFacts, now: int, is_right) -> None:  # type: ignore[no-untyped-def]
    """Count a try before it is compared by `is_right()`. Raises Refusal A02, A03."""
    most = settings().passwords.identity_tries
    with transaction() as tx:
        tries, _ = throttles.knock(tx, identity_door(account.id), now, A_YEAR)
    if tries > most:
        raise Refusal("A03", "too many wrong birth dates")
    if not is_right():
        raise Refusal("A03" if tries == most else "A02", "another birth date")
