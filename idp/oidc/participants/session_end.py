"""Relying parties of a session, and the end of their grants (Back-Channel Logout 1.0, Front-Channel Logout 1.0)."""

from urllib.parse import urlencode

from idp.database.engine import Connection
from idp.messages.storage import outbox
from idp.network.urls import origin_of, with_query
from idp.oidc.clients import registry
from idp.oidc.storage import grants, withdrawals
from idp.runtime.context import settings
from idp.services.protocols import Participant

NOTICE = "logout_notice"


def participants(connection: Connection, sid: str) -> list[Participant]:
    """The clients that received tokens in a session; a frame's address has `iss` and `sid` (Front-Channel Logout 1.0 §2, §3)."""
    clients = [registry.find(client_id) for client_id in grants.session_clients(connection, sid)]
    return [_participant(client, sid) for client in clients if client is not None]


def tell_one(tx: Connection, client_id: str, sid: str, account: int, subject: str, now: int) -> int | None:
    """Queue a logout notice for a relying party that has a backchannel_logout_uri. Returns the outbox message."""
    client = registry.find(client_id)
    if client is None or not client.registration.backchannel_logout_uri:
        return None
    payload = {"client_id": client_id, "sid": sid, "subject": subject, "account": account}
    return outbox.post(tx, NOTICE, payload, now, origin_of(client.registration.backchannel_logout_uri))


def leave(tx: Connection, account: int, subject: str, client_id: str, now: int) -> None:
    """Revoke an account's grants to a client, and tell it that its sessions have ended."""
    for sid in withdrawals.withdraw(tx, account, client_id, now):
        tell_one(tx, client_id, sid, account, subject, now)


def _participant(client: registry.Client, sid: str) -> Participant:
    registration = client.registration
    frame = registration.frontchannel_logout_uri
    if frame:
        frame = with_query(frame, urlencode({"iss": settings().server.issuer, "sid": sid}))
    return Participant(
        "oidc",
        client.service,
        registration.backchannel_logout_uri,
        frame,
    )
