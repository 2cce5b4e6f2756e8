"""What became of each service when a session ended, for the last page of a logout: nothing that failed is hidden."""

import json
import zlib
from dataclasses import astuple, dataclass, replace
from enum import StrEnum

from idp.crypto.sealing import seal as sealed_text
from idp.crypto.sealing import unseal
from idp.database.engine import reading
from idp.messages.storage import destinations, outbox
from idp.network.urls import origin_of
from idp.services.session_end import Notified
from keys.sealing import CannotUnseal

SHOWN = 600
"""Seconds for which the page can be read again."""


class State(StrEnum):
    """What is known of a service: it confirmed, it was sent a notice, this browser tells it, it waits for a form of the page, it was not reached, it cannot be notified."""

    CLOSED = "closed"
    SENT = "sent"
    BY_BROWSER = "by_browser"
    BY_FORM = "by_form"
    NOT_REACHED = "not_reached"
    NOT_NOTIFIABLE = "not_notifiable"


@dataclass(frozen=True)
class Closing:
    """A service of the ended session. `message`: the outbox message that tells it. `name`: in French, `name_en`: on English pages."""

    service_id: str
    name: str
    name_en: str | None
    message: int | None
    state: State

    @property
    def has_failed(self) -> bool:
        return self.state in (State.NOT_REACHED, State.NOT_NOTIFIABLE)


def closings(notified: list[Notified]) -> list[Closing]:
    """The services of a session that has just ended. One whose server is known to fail is not reached."""
    failing = {failing.destination for failing in destinations.failing(reading())} if notified else set()
    closed: list[Closing] = []
    for entry in notified:
        participant = entry.participant
        if entry.message is not None and participant.notice is not None:
            fails = origin_of(participant.notice) in failing
            state = State.NOT_REACHED if fails else State.SENT
        else:
            in_browser = State.BY_FORM if participant.by_form else State.BY_BROWSER
            state = in_browser if participant.frame else State.NOT_NOTIFIABLE
        service = participant.service
        closed.append(Closing(service.id, service.name, service.name_en, entry.message, state))
    return _each_once(closed)


def seen_now(closed: list[Closing]) -> list[Closing]:
    """The same services with what the outbox knows by now."""
    outcomes = outbox.outcomes(reading(), [entry.message for entry in closed if entry.message is not None])
    return [_with_outcome(entry, outcomes.get(entry.message or 0)) for entry in closed]


def _with_outcome(entry: Closing, outcome: outbox.Outcome | None) -> Closing:
    if entry.message is None or outcome is None:
        return entry
    state = State.SENT
    if outcome.is_delivered:
        state = State.CLOSED
    elif outcome.has_failed:
        state = State.NOT_REACHED
    return replace(entry, state=state)


def _each_once(closed: list[Closing]) -> list[Closing]:
    """A service that opened several sessions is shown once, with its worst state."""
    worst = list(State)
    by_service: dict[str, Closing] = {}
    for entry in closed:
        known = by_service.get(entry.service_id)
        if known is None or worst.index(entry.state) > worst.index(known.state):
            by_service[entry.service_id] = entry
    return list(by_service.values())


def seal(closed: list[Closing], browser: str, now: int) -> str:
    """The services for the URL of the last page, encrypted for one browser."""
    rows = [astuple(entry) for entry in closed]
    return sealed_text(zlib.compress(json.dumps([now, rows]).encode()), _context(browser))


def unsealed(text: str, browser: str, now: int) -> tuple[int, list[Closing]] | None:
    """(time of the logout, services) of a URL; None if it is not this browser's, or too old."""
    try:
        ended_at, rows = json.loads(zlib.decompress(unseal(text, _context(browser))))
    except (CannotUnseal, zlib.error, ValueError):
        return None
    if now - ended_at > SHOWN:
        return None
    return ended_at, [replace(Closing(*row), state=State(row[-1])) for row in rows]


def _context(browser: str) -> str:
    return f"signed out {browser}"
