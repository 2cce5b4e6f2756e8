"""The end of a session: every service that takes part in it is notified, each in the language of its protocol."""

from dataclasses import dataclass
from typing import Any

from idp.audit import trail
from idp.database.engine import Connection, reading, transaction
from idp.network.urls import origin_of
from idp.services.protocols import Ended, InBrowser, Participant, every_protocol, protocol_of
from idp.services.rules.service import Service
from idp.signin.sessions import Session
from idp.signin.storage import sessions as session_storage


@dataclass(frozen=True)
class Notified:
    """A participant, and the outbox message that tells it; None if it has no address for notices."""

    participant: Participant
    message: int | None


def participants(connection: Connection, sid: str) -> list[Participant]:
    """The services of all protocols that take part in a session."""
    return [
        participant for protocol in every_protocol() for participant in protocol.participants(connection, sid)
    ]


def services_of(sid: str) -> list[Service]:
    """The services in a session, each once."""
    return list({entry.service_id: entry.service for entry in participants(reading(), sid)}.values())


def end(session: Session, actor: str, now: int, without: str | None = None) -> list[Notified]:
    """End one session everywhere, in one transaction; notices leave through the outbox. Empty if it had ended before.

    `without`: the id of a service that has ended its own session, and is not notified.
    """
    ended = Ended(session.sid, session.account.id, session.account.subject)
    with transaction() as tx:
        if not session_storage.end_session(tx, now, digest=session.digest):
            return []
        notified = tell_in(tx, ended, now, without)
        trail.record(tx, now, "session.end", actor, session.account.actor, sid=session.sid)
    return notified


def tell_in(tx: Connection, ended: Ended, now: int, without: str | None = None) -> list[Notified]:
    """Tell every participant of an ended session except the service `without`, and revoke what the session gave out."""
    notified = [
        Notified(participant, _tell(tx, participant, ended, now))
        for participant in participants(tx, ended.sid)
        if participant.service_id != without
    ]
    for protocol in every_protocol():
        protocol.end_in(tx, ended.sid, now)
    return notified


def tell_ended(tx: Connection, payload: dict[str, Any], now: int) -> None:
    """Outbox handler: a session was ended by `idp.signin.sessions.end`."""
    tell_in(tx, Ended(payload["sid"], payload["account"], payload["subject"]), now)


def in_browser(sid: str, now: int, without: str | None = None) -> list[InBrowser]:
    """The notices that the browser carries to participants (front channel)."""
    return [
        protocol.in_browser(participant, now)
        for protocol in every_protocol()
        for participant in protocol.participants(reading(), sid)
        if participant.frame and participant.service_id != without
    ]


def frame_sources(notices: list[InBrowser]) -> str:
    """What the frames of a page may load, as a value of the CSP's frame-src: it is checked at each redirect, ours included."""
    origins = {origin_of(notice.address) for notice in notices}
    return " ".join(sorted(origins | {"'self'" for notice in notices if notice.answers_here}))


def form_targets(notices: list[InBrowser]) -> list[str]:
    """The origins to which the page posts notices, for the CSP's form-action."""
    return sorted({origin_of(notice.address) for notice in notices if notice.fields})


def _tell(tx: Connection, participant: Participant, ended: Ended, now: int) -> int | None:
    protocol = protocol_of(participant.protocol)
    assert protocol is not None
    return protocol.tell_in(tx, participant, ended, now)
