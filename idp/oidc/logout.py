"""Ending a session: its grants die, and each relying party that received tokens in it is told (Back-Channel Logout 1.0)."""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection

from idp import audit
from idp.context import settings
from idp.database import transaction
from idp.messages import outbox
from idp.oidc import clients
from idp.oidc.storage import grants
from idp.signin.sessions import Session
from idp.signin.storage import sessions as session_storage

NOTICE = "logout_notice"


def end(session: Session, actor: str, now: int) -> None:
    """End one session everywhere, in one transaction; notices leave through the outbox."""
    with transaction() as tx:
        if session_storage.end_session(tx, now, digest=session.digest):
            _tell(tx, session.sid, session.account.id, session.account.subject, now)
            audit.record(tx, now, "session.end", actor, f"account:{session.account.id}", sid=session.sid)


def front_channel(connection: Connection, sid: str) -> list[str]:
    """Addresses of the services to be told in the person's own browser (Front-Channel Logout 1.0 §2, §3)."""
    asked = urlencode({"iss": settings().server.issuer, "sid": sid})
    found = [clients.find(client_id) for client_id in grants.session_clients(connection, sid)]
    addresses = [one.registration.frontchannel_logout_uri for one in found if one is not None]
    return [f"{uri}{'&' if '?' in uri else '?'}{asked}" for uri in addresses if uri]


def tell_ended(tx: Connection, payload: dict[str, Any], now: int) -> None:
    """A session ended at the door (`idp.signin.sessions.end`): its grants end too, and its relying parties are told."""
    _tell(tx, payload["sid"], payload["account"], payload["subject"], now)


def tell_one(tx: Connection, client_id: str, sid: str, account: int, subject: str, now: int) -> None:
    """Tell one relying party, if it listens, that a session is over for it."""
    client = clients.find(client_id)
    if client is not None and client.registration.backchannel_logout_uri:
        outbox.post(
            tx, NOTICE, {"client_id": client_id, "sid": sid, "subject": subject, "account": account}, now
        )


def _tell(tx: Connection, sid: str, account: int, subject: str, now: int) -> None:
    for client_id in grants.session_clients(tx, sid):
        tell_one(tx, client_id, sid, account, subject, now)
    grants.revoke_session(tx, sid, now)
