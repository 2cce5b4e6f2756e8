"""Ending a session: revoke its grants and notify each relying party that received tokens in it (Back-Channel Logout 1.0)."""

from typing import Any
from urllib.parse import urlencode

from idp.audit import trail
from idp.database.engine import Connection, reading, transaction
from idp.messages.storage import outbox
from idp.network.urls import origin_of, with_query
from idp.oidc.clients import registry
from idp.oidc.clients.registry import Client
from idp.oidc.storage import grants
from idp.runtime.context import settings
from idp.signin.sessions import Session
from idp.signin.storage import sessions as session_storage

NOTICE = "logout_notice"


def end(session: Session, actor: str, now: int) -> None:
    """End one session everywhere, in one transaction; notices leave through the outbox."""
    with transaction() as tx:
        if session_storage.end_session(tx, now, digest=session.digest):
            _tell(tx, session.sid, session.account.id, session.account.subject, now)
            trail.record(tx, now, "session.end", actor, session.account.actor, sid=session.sid)


def clients_of(sid: str) -> list[Client]:
    """The registered clients with a grant in a session."""
    clients = [registry.find(client_id) for client_id in grants.session_clients(reading(), sid)]
    return [client for client in clients if client is not None]


def front_channel(sid: str) -> list[str]:
    """The front-channel logout URIs of the session's clients, for frames in the browser (Front-Channel Logout 1.0 §2, §3)."""
    query = urlencode({"iss": settings().server.issuer, "sid": sid})
    addresses = [client.registration.frontchannel_logout_uri for client in clients_of(sid)]
    return [with_query(uri, query) for uri in addresses if uri]


def origins_of(frames: list[str]) -> str:
    """The origins of `frames`, as a value of the CSP's frame-src."""
    return " ".join(sorted({origin_of(uri) for uri in frames}))


def tell_ended(tx: Connection, payload: dict[str, Any], now: int) -> None:
    """Outbox handler: a session was ended by `idp.signin.sessions.end`. Revoke its grants and notify its relying parties."""
    _tell(tx, payload["sid"], payload["account"], payload["subject"], now)


def tell_one(tx: Connection, client_id: str, sid: str, account: int, subject: str, now: int) -> None:
    """Queue a logout notice for a relying party that has a backchannel_logout_uri."""
    client = registry.find(client_id)
    if client is not None and client.registration.backchannel_logout_uri:
        payload = {"client_id": client_id, "sid": sid, "subject": subject, "account": account}
        outbox.post(tx, NOTICE, payload, now, origin_of(client.registration.backchannel_logout_uri))


def _tell(tx: Connection, sid: str, account: int, subject: str, now: int) -> None:
    for client_id in grants.session_clients(tx, sid):
        tell_one(tx, client_id, sid, account, subject, now)
    grants.revoke_session(tx, sid, now)
