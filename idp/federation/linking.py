"""Links between identities of other providers and accounts: created once, then the identity signs in to the account."""

from dataclasses import dataclass

from idp.audit import trail
from idp.crypto.opaque_tokens import digest, new_token
from idp.crypto.sealing import seal
from idp.database.engine import Connection, reading, transaction
from idp.federation import recognition, upstreams
from idp.federation.proved import Proved
from idp.federation.rules import assurance
from idp.federation.storage import logins
from idp.messages import notices
from idp.observability import counting
from idp.people.rules.accounts import AccountFacts
from idp.people.storage import accounts
from idp.refusals import Refusal
from idp.refusals.activation import PASSWORD_ALREADY_SET
from idp.refusals.federation import PROVIDER_ANSWER_REFUSED, PROVIDER_LOGIN_TOO_OLD
from idp.refusals.signing_in import ACCOUNT_CLOSED
from idp.runtime.context import settings
from idp.signin import sessions
from idp.signin.storage import devices
from idp.signin.storage import sessions as session_storage

WAITS = 1800
_SESSION = "federated id token"
"""What is sealed: the ID token, or what another protocol has in its place (`Proved.session`)."""


@dataclass(frozen=True)
class Identity:
    """An identity of an account. `label` is the provider's name on our pages."""

    issuer: str
    label: str
    linked_at: int
    last_used_at: int


@counting.sign_ins("federation")
def sign_in(proved: Proved, browser: str, address: str, browser_name: str, now: int) -> str | None:
    """Open a session for a verified identity. Returns the cookie's token; None if a guardian has to prove which account is theirs.

    Raises Refusal F05 to F09 (no account, several, not allowed), F10 (the login is too old), S04, S08 (closed, locked), A11.
    """
    upstream, begun, login = upstreams.named(proved.upstream), proved.departure, proved.login
    skew, says_time = upstream.clock_skew, upstream.says_auth_time or upstream.protocol != "oidc"
    if assurance.is_stale(login, begun.demand, begun.began, now, skew, says_time):
        raise Refusal(PROVIDER_LOGIN_TOO_OLD, "the other provider's login is older than the request allows")
    methods = assurance.methods(login, upstream.accepted_acr, upstream.two_factors)
    with transaction() as tx:
        account = recognition.recognise_in(tx, proved, now)
        if account is None:
            return None
        if not account.may_sign_in:
            raise Refusal(ACCOUNT_CLOSED, f"the account is {account.state}, present={account.present}")
        if not accounts.note_sign_in(tx, account, now):
            raise Refusal(PASSWORD_ALREADY_SET, "the account was reset or locked meanwhile")
        devices.remember(tx, account.id, browser, now)
        token = sessions.open_in(
            tx,
            account,
            methods,
            address,
            browser_name,
            now,
            settings().sessions,
            auth_time=assurance.auth_time(login, begun.demand, begun.began, now),
        )
        sealed = seal(proved.session.encode(), _SESSION)
        name = proved.logout_name or proved.subject
        note_session_in(tx, token, proved.upstream, sealed, name, proved.session_index, now)
        actor = account.actor
        trail.record(
            tx,
            now,
            "sign_in.federated",
            actor,
            actor,
            address,
            device=browser_name[:200],
            provider=proved.upstream,
        )
        return token


def keep_waiting(proved: Proved, browser: str, now: int) -> str:
    """Store an unlinked identity. Returns the single-use token with which `link_in` takes it in this browser."""
    token = new_token()
    row = {
        "digest": digest(token),
        "browser": browser,
        "provider": proved.upstream,
        "issuer": proved.issuer,
        "subject": proved.subject,
        "sealed_id_token": seal(proved.session.encode(), _SESSION),
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
    if not logins.link_once(tx, row):
        raise Refusal(PROVIDER_ANSWER_REFUSED, "another identity was linked meanwhile")
    notices.tell(tx, account, "identity_linked", now, provider=_label(pending.issuer))
    actor = account.actor
    trail.record(tx, now, "identity.linked", actor, actor, provider=pending.provider)
    return pending


def note_session_in(
    tx: Connection,
    token: str,
    provider: str,
    sealed_session: str,
    subject: str,
    session_index: str | None,
    now: int,
) -> None:
    """Store, for logouts in both directions, that the session of the cookie `token` began at another provider."""
    row = {
        "sid": session_storage.sid_of(tx, digest(token)),
        "provider": provider,
        "sealed_id_token": sealed_session,
        "subject": digest(subject),
        "session_index": None if session_index is None else digest(session_index),
        "expires_at": now + settings().sessions.longest,
    }
    logins.add_session(tx, row)


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
    return next((upstream.label for upstream in upstreams.every() if upstream.issuer == issuer), issuer)
