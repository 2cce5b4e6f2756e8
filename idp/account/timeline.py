"""The history of an account, by day, as its person reads it; and "Ce n'était pas moi" from a session."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from idp.account.rules.timeline import Filter, kind_of, may_be_objected
from idp.database.engine import transaction
from idp.recovery import not_me
from idp.services.protocols import find_service
from idp.signin import history, not_me_link
from idp.signin.history import HistoryLine
from idp.signin.rules.browser_names import Device, device_of
from idp.signin.sessions import Session


@dataclass(frozen=True)
class TimelineEvent:
    """An act. `sentence` is French, to be translated. `about`: the service or factor, or empty."""

    id: int
    at: int
    at_in_iso: str
    kind: str
    sentence: str
    device: Device | None
    about: str
    address: str | None
    refused: bool
    may_be_objected: bool


def events(session: Session, asked: Filter, before: int | None, most: int, now: int) -> list[TimelineEvent]:
    """At most `most` events, the newest first; `before`: only events with lower ids."""
    lines = history.newest(session.account.id, before, most, asked.acts, asked.since(now))
    return [_event(line, session.opened_at, now) for line in lines]


def event_of(account: int, event: int) -> HistoryLine | None:
    """The line of one event of this account; None for events of others."""
    lines = history.newest(account, event + 1, 1)
    return lines[0] if lines and lines[0].event.id == event else None


def stop_stranger(session: Session, now: int) -> str:
    """Take back what was changed in the last seven days and lock the account, as the link of a notice does.

    Returns the address of the page that says what was done. Raises Refusal A05.
    """
    with transaction() as tx:
        link = not_me_link.link_in(tx, session.account, now)
    not_me.stop(link.rpartition("/")[2], now)
    return link


def _event(line: HistoryLine, opened_at: int, now: int) -> TimelineEvent:
    event = line.event
    agent = event.detail.get("device")
    return TimelineEvent(
        event.id,
        event.at,
        datetime.fromtimestamp(event.at, UTC).isoformat(),
        kind_of(event.act),
        line.sentence,
        device_of(agent) if agent else None,
        ", ".join(_named(event.detail)),
        event.address,
        event.act in ("sign_in.failed", "passkey.copied"),
        may_be_objected(event.act, event.at, now, opened_at),
    )


def _named(detail: dict[str, object]) -> Iterable[str]:
    """The names that a person chose or knows; never an id."""
    if isinstance(client := detail.get("client"), str) and (registered := find_service(client)):
        yield registered[1].name
    if isinstance(factor := detail.get("factor"), str):
        yield factor
