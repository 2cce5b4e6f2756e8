""" "Ce n'était pas moi": the link in notices that reverts a stranger's changes (`idp.recovery.not_me`); and the lock of an account."""

from idp.audit import trail
from idp.crypto.opaque_tokens import digest, new_token
from idp.database.engine import Connection
from idp.durations import DAY
from idp.messages import notices
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import contact_changes, lifecycle
from idp.people.storage.contact_changes import Replaced
from idp.runtime.context import settings
from idp.signin import sessions
from idp.signin.storage import links

PURPOSE = "alarm"
WEEK = 7 * DAY


def link_in(tx: Connection, account: AccountFacts, now: int) -> str:
    """A new link for a notice of a sensitive change. It is valid for a week."""
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


def replaced_in(tx: Connection, account: AccountFacts, replaced: Replaced) -> None:
    """Store a replaced contact until a link created now expires."""
    contact_changes.note(tx, account.id, replaced, replaced.changed_at + WEEK)


def lock_in(tx: Connection, account: AccountFacts, now: int, actor: str) -> bool:
    """Lock an active account within a transaction: its sessions and tokens end, its person gets a mail."""
    if not lifecycle.lock(tx, account.id):
        return False
    sessions.end_all_in(tx, account, now)
    notices.tell(tx, account, "locked", now)
    trail.record(tx, now, "account.lock", actor, account.actor)
    return True
