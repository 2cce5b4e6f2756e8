"""Links of mails with which a person chooses a password: a recovery's, and the one that replaces a letter."""

from idp.crypto.opaque_tokens import digest
from idp.database.engine import reading
from idp.people.rules.accounts import AccountFacts, State
from idp.people.storage import accounts
from idp.signin.storage import links


def account_of(token: str, purpose: str, now: int) -> AccountFacts | None:
    """The account of a link that is neither used nor expired. Reading does not use it."""
    link = links.read_link(reading(), digest(token), purpose, now)
    return accounts.by_id(reading(), link.account) if link else None


def is_done(token: str, purpose: str, now: int) -> bool:
    """Whether a password was chosen with this link, and its account can sign in."""
    used = links.used_link(reading(), digest(token), purpose, now)
    account = accounts.by_id(reading(), used.account) if used else None
    return account is not None and account.may_sign_in and account.state in (State.CONFIRMING, State.ACTIVE)
