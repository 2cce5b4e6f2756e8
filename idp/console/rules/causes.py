"""Incidents by cause: what fails now becomes few cards, each with what is wrong, since when, how much waits, and what to do."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

NOTICES = frozenset({"logout_notice", "cas_logout", "saml_logout"})
"""Kinds of message that go to a service."""
MAIL, SMS, WORKER = "mail", "sms", "worker"
"""Destinations that are no service (`idp.messages.rules.retries`)."""


class Sort(StrEnum):
    """In the order of the page: what stops people first."""

    SILENT = "silent"
    METADATA = "metadata"
    JOB = "job"
    LOST = "lost"
    UNRECEIVED = "unreceived"


@dataclass(frozen=True)
class Silence:
    """A destination that does not answer. Times are epoch seconds."""

    destination: str
    since: int
    next_try: int
    error: str
    waiting: int


@dataclass(frozen=True)
class Message:
    """A message that does not leave. `to`: an address, a number or a service; `is_given_up`: nothing tries it again by itself."""

    id: int
    kind: str
    destination: str
    to: str
    error: str
    attempts: int
    at: int
    is_given_up: bool


@dataclass(frozen=True)
class FailedJob:
    id: int
    kind: str
    error: str
    at: int


@dataclass(frozen=True)
class Cause:
    """A card. `subject`: a destination, a service, a kind of message or of job. `count`: of what waits, or was lost.

    `error`: as a machine has written it. `advice`: a key of `work_words.ADVICE`.
    """

    sort: Sort
    subject: str
    since: int
    count: int
    error: str
    advice: str
    next_try: int | None = None
    messages: tuple[Message, ...] = ()
    jobs: tuple[FailedJob, ...] = ()

    @property
    def waits_for(self) -> str:
        """What waits at a silent destination: mail, sms, worker, or notices of logout."""
        return self.subject if self.subject in (MAIL, SMS, WORKER) else "notice"

    @property
    def may_be_sent_again(self) -> tuple[int, ...]:
        return tuple(message.id for message in self.messages if message.is_given_up)


def causes(
    silences: Iterable[Silence],
    messages: Iterable[Message],
    unreceived: Mapping[str, int],
    metadata: Mapping[str, tuple[int, str]],
    jobs: Iterable[FailedJob],
    reason_of: Callable[[str], str],
) -> tuple[Cause, ...]:
    """The cards of a page. `unreceived`: service → logouts that it never received; `metadata`: service → (when, fault).

    `reason_of`: the sentence of an error: messages with one sentence have one cause.
    """
    silent = {silence.destination for silence in silences}
    cards = [_silent(silence) for silence in silences]
    cards += [
        Cause(Sort.METADATA, service, at, 1, fault, "metadata") for service, (at, fault) in metadata.items()
    ]
    by_kind: dict[str, list[FailedJob]] = defaultdict(list)
    for job in jobs:
        by_kind[job.kind].append(job)
    for kind, failed in by_kind.items():
        earliest = min(job.at for job in failed)
        cards.append(Cause(Sort.JOB, kind, earliest, len(failed), failed[0].error, "job", jobs=tuple(failed)))
    to_service: dict[str, list[Message]] = defaultdict(list)
    to_people: dict[tuple[str, str], list[Message]] = defaultdict(list)
    for message in messages:
        if message.kind in NOTICES:
            to_service[message.to].append(message)
        else:
            to_people[message.kind, reason_of(message.error)].append(message)
    for (kind, _), lost in to_people.items():
        advice = "unknown_address" if kind == MAIL else "lost"
        cards.append(_of_messages(Sort.LOST, kind, lost, len(lost), advice))
    for service in {*unreceived, *to_service}:
        lost = to_service[service]
        # Its card says already that it does not answer.
        if lost and all(message.destination in silent for message in lost):
            continue
        count = max(unreceived.get(service, 0), len(lost))
        cards.append(_of_messages(Sort.UNRECEIVED, service, lost, count, "unreceived"))
    order = list(Sort)
    return tuple(sorted(cards, key=lambda card: (order.index(card.sort), card.since, card.subject)))


def _silent(silence: Silence) -> Cause:
    advice = silence.destination if silence.destination in (MAIL, SMS, WORKER) else "service"
    return Cause(
        Sort.SILENT,
        silence.destination,
        silence.since,
        silence.waiting,
        silence.error,
        advice,
        next_try=silence.next_try,
    )


def _of_messages(sort: Sort, subject: str, lost: list[Message], count: int, advice: str) -> Cause:
    since = min((message.at for message in lost), default=0)
    error = lost[0].error if lost else ""
    return Cause(sort, subject, since, count, error, advice, messages=tuple(lost))


def read_job(row: Mapping[str, Any]) -> FailedJob:
    return FailedJob(row["id"], row["kind"], row["error"] or "", row["finished_at"] or row["asked_at"])
