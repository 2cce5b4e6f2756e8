"""Links between identities of other providers and accounts: created once, then the identity signs in to the account."""

from dataclasses import dataclass

from idp.audit import trail
from idp.crypto.opaque_tokens import digest, new_token
from idp.crypto.sealing import seal
from idp.database.engine import Connection, reading, transaction
from idp.federation.authentication import Proved
from idp.federation.storage import logins
from idp.messages import notices
from idp.observability import counting
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.refusals import Refusal
from idp.refusals.federation import PROVIDER_ANSWER_REFUSED
from idp.refusals.signing_in import ACCOUNT_CLOSED, ACCOUNT_LOCKED
from idp.runtime.context import settings
from idp.signin import sessions
from idp.signin.storage import devices
from idp.signin.storage import sessions as session_storage

WAITS = 1800
HOW = ("fed",)
"""RFC 8176 has no value for a federated login; it allows others that the parties agree on. `acr` stays eidas1."""


@dataclass(frozen=True)
class Identity:
    """An identity of an account. `label` is the provider's name on our pages."""

    issuer: str
    label: str
    linked_at: int
    last_used_at: int


@counting.sign_ins("federation")
def sign_in(proved: Proved, browser: str, address: str, browser_name: str, now: int) -> str | None:
    """Open a session for a linked identity. Returns the cookie's token, or None if no account is linked.

    Raises Refusal S04, S08 (the account is closed or locked).
    """
    with transaction() as tx:
        account_id = logins.account_of(tx, proved.issuer, proved.subject, now)
        account = accounts.by_id(tx, account_id) if account_id is not None else None
        if account is None:
            return None
        if not account.may_sign_in:
            raise Refusal(
                ACCOUNT_LOCKED if account.state == "locked" and account.present else ACCOUNT_CLOSED,
                "linked account",
            )
        devices.remember(tx, account.id, browser, now)
        accounts.note_sign_in(tx, account, now)
        token = sessions.open_in(tx, account, HOW, address, browser_name, now, settings().sessions)
        note_session_in(tx, token, proved.provider, seal(proved.id_token.encode(), "federated id token"), now)
        actor = account.actor
        trail.record(
            tx,
            now,
            "sign_in.federated",
            actor,
            actor,
            address,
            device=browser_name[:200],
            provider=proved.provider,
        )
        return token


def keep_waiting(proved: Proved, browser: str, now: int) -> str:
    """Store an unlinked identity. Returns the single-use token with which `link_in` takes it in this browser."""
    token = new_token()
    row = {
        "digest": digest(token),
        "browser": browser,
        "provider": proved.provider,
        "issuer": proved.issuer,
        "subject": proved.subject,
        "sealed_id_token": seal(proved.id_token.encode(), "federated id token"),
        "expires_at": now + WAITS,
    }
    with transaction() as tx:
        logins.wait(tx, row)
    return token


def link_in(tx: Connection, waiting: str, browser: str, account: AccountFacts, now: int) -> logins.Waiting:
    """Link the identity stored under the token `waiting`, within the transaction that proved the account. Raises Refusal F04."""
    pending = logins.take(tx, digest(waiting), browser, now)
    if pending is None or logins.account_of(tx, pending.issuer, pending.subject, now) is not None:
        raise Refusal(PROVIDER_ANSWER_REFUSED, "no identity waits here, or it was linked meanwhile")
    logins.unlink(tx, account.id, pending.issuer)
    row = {
        "issuer": pending.issuer,
        "subject": pending.subject,
        "account_id": account.id,
        "linked_at": now,
        "last_used_at": now,
    }
    logins.add_identity(tx, row)
    notices.tell(tx, account, "identity_linked", now, provider=_label(pending.issuer))
    actor = account.actor
    trail.record(tx, now, "identity.linked", actor, actor, provider=pending.provider)
    return pending


def note_session_in(tx: Connection, token: str, provider: str, sealed_id_token: str, now: int) -> None:
    """Store, for the logout, that the session of the cookie `token` began at another provider."""
    sid = session_storage.sid_of(tx, digest(token))
    expires = now + settings().sessions.longest
    logins.add_session(
        tx, {"sid": sid, "provider": provider, "sealed_id_token": sealed_id_token, "expires_at": expires}
    )


def identities_of(account: AccountFacts) -> list[Identity]:
    """The linked identities of an account."""
    return [
        Identity(issuer, _label(issuer), linked, used)
        for issuer, linked, used in logins.identities(reading(), account.id)
    ]


def unlink(account: AccountFacts, issuer: str, now: int) -> None:
    """Remove a link."""
    with transaction() as tx:
        if logins.unlink(tx, account.id, issuer):
            actor = account.actor
            trail.record(tx, now, "identity.unlinked", actor, actor, issuer=issuer)


def _label(issuer: str) -> str:
    return next(
        (provider.label for provider in settings().federation.providers if provider.issuer == issuer), issuer
    )
