"""Logouts in both directions: ours leads to the upstream of the session, and the upstream's end our sessions."""

from idp.audit import trail
from idp.crypto.opaque_tokens import digest, new_token
from idp.crypto.sealing import unseal
from idp.database.engine import reading, transaction
from idp.federation import upstreams
from idp.federation.storage import logins
from idp.federation.upstreams import LogoutAddress
from idp.refusals import Refusal
from idp.runtime.context import settings
from idp.settings import FederatedProvider
from idp.signin import sessions
from keys.sealing import CannotUnseal

LIFETIME = 600


def address(sid: str, back_to: str, now: int) -> LogoutAddress | None:
    """The logout address at the other provider; None for a session that did not begin there, or if it does not end there.

    `back_to`: the target of our own logout, already checked. An unreachable provider must not prevent our logout.
    """
    upstream, sealed = _upstream_of(sid)
    if upstream is None:
        return None
    state = new_token()
    try:
        session = unseal(sealed, "federated id token").decode()
        elsewhere = upstreams.protocol_of(upstream).logout_address(
            upstream, session, state, return_address(), now
        )
    except (Refusal, CannotUnseal):
        return None
    if elsewhere is not None:
        with transaction() as tx:
            logins.add_logout(tx, {"state": digest(state), "back_to": back_to, "expires_at": now + LIFETIME})
    return elsewhere


def return_address() -> str:
    """The post-logout URI that is registered at an OpenID provider."""
    return f"{settings().server.issuer}/federation/signed_out"


def origin(sid: str, now: int) -> str | None:
    """Scheme and host of `address`, for the CSP of the page whose form is redirected there."""
    upstream, _ = _upstream_of(sid)
    try:
        return upstreams.protocol_of(upstream).logout_origin(upstream, now) if upstream is not None else None
    except Refusal:
        return None


def come_back(state: str, now: int) -> str | None:
    """The target of our own logout for a browser that returns with its state; None for any other."""
    with transaction() as tx:
        return logins.signed_out(tx, digest(state[:200]), now)


def end_sessions(
    upstream: FederatedProvider, subject: str | None, session_index: str | None, now: int
) -> int:
    """An upstream has ended a session: ours that began there end, and their services are notified. Returns how many ended.

    `session_index`: its name for the session; None: every session of `subject`. With both, the session must be that person's.
    """
    names = [
        logins.sessions_of(reading(), upstream.name, now, **{key: digest(value)})
        for key, value in (("subject", subject), ("session_index", session_index))
        if value is not None
    ]
    named = set(names[0]).intersection(*names[1:]) if names else set()
    # One transaction for each session: a person's many sessions hold no lock together.
    return sum(_end(sid, upstream, now) for sid in sorted(named))


def _end(sid: str, upstream: FederatedProvider, now: int) -> bool:
    account = sessions.account_of(sid)
    if account is None:
        return False
    with transaction() as tx:
        if not sessions.end_sid_in(tx, account, sid, now):
            return False
        actor = f"upstream:{upstream.name}"
        trail.record(tx, now, "session.end", actor, account.actor, sid=sid)
    return True


def _upstream_of(sid: str) -> tuple[FederatedProvider | None, str]:
    """(the upstream of a session, its sealed session there); None without one whose logout is wanted."""
    row = logins.session(reading(), sid)
    if row is None:
        return None, ""
    upstream = next((upstream for upstream in upstreams.every() if upstream.name == row[0]), None)
    return (upstream if upstream is not None and upstream.logout else None), row[1]
