""" "Ce n'était pas moi": a link in a mail with which a person locks their account against a stranger.

A proven recovery unlocks it.
"""

from sqlalchemy import Connection

from idp import audit
from idp.context import settings
from idp.database import reading, transaction
from idp.messages import notices
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts, lifecycle
from idp.refusals import Refusal
from idp.security import digest, new_token
from idp.signin import sessions
from idp.signin.storage import links

PURPOSE = "alarm"
WEEK = 7 * 86400


def link_in(tx: Connection, account: AccountFacts, now: int) -> str:
    """A new link for a mail that tells of something a stranger might have done. It lives a week."""
    token = new_token()
    links.add_link(
        tx,
        {
            "digest": digest(token),
            "code_digest": "",
            "account_id": account.id,
            "purpose": PURPOSE,
            "address": account.mail or "",
            "created_at": now,
            "expires_at": now + WEEK,
        },
        replaces=False,
    )
    return f"{settings().server.issuer}/not-me/{token}"


def read(token: str, now: int) -> AccountFacts:
    """The account that a link would lock; opening it uses nothing. Raises Refusal A05."""
    found = links.read_link(reading(), digest(token), PURPOSE, now)
    account = accounts.by_id(reading(), found.account) if found else None
    if account is None:
        raise Refusal("A05", "unknown, used or expired alarm link")
    return account


def lock_by_link(token: str, now: int) -> None:
    """Lock the account and end its sessions. Raises Refusal A05 for everybody but the first."""
    with transaction() as tx:
        used = links.use_link(tx, digest(token), PURPOSE, now)
        account = accounts.by_id(tx, used.account) if used else None
        if account is None:
            raise Refusal("A05", "unknown, used or expired alarm link")
        lock_in(tx, account, now, f"account:{account.id}")


def lock_in(tx: Connection, account: AccountFacts, now: int, actor: str) -> bool:
    """Lock an active account within a transaction: its sessions and tokens end, its person is told by mail."""
    if not lifecycle.lock(tx, account.id, now):
        return False
    sessions.end_all_in(tx, account, now)
    notices.tell(tx, account, "locked", now)
    audit.record(tx, now, "account.lock", actor, f"account:{account.id}")
    return True
