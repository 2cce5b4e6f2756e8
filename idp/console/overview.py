"""What the first page of a school, and of the academy, answers: who has not come in yet, what waits, what went wrong."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext

from idp.console.rules.rights import SchoolRow
from idp.console.rules.work_words import RECEIVERS
from idp.console.services import names_at
from idp.console.storage import approvals, charts, incidents
from idp.console.storage.charts import LoginNumbers
from idp.database.engine import reading
from idp.durations import DAY
from idp.imports.storage import imports
from idp.jobs.storage import jobs
from idp.messages.storage import destinations
from idp.messages.storage.destinations import Failing
from idp.people.storage import family
from idp.people.storage.family import Disputed
from idp.privacy import erasure_requests
from idp.privacy.rules.requests import WaitingRequest
from idp.services.protocols import find_service

DAYS = 14
"""Days of the charts of logins."""
DAYS_OF_FIRST_LOGINS = 30
RECENT = 7 * DAY


@dataclass(frozen=True)
class Trouble:
    """What went wrong in the last week, or goes wrong now. `failing`: (the receiver's name, what is known of it)."""

    jobs: tuple[dict[str, Any], ...]
    failing: tuple[tuple[str, Failing], ...]


@dataclass(frozen=True)
class SchoolOverview:
    """`imports`: those that wait for the office. `first_logins`: people by the day of their first login.

    `erasures`: requests for erasure that the office has to answer, the oldest first.
    """

    logins: LoginNumbers
    services: tuple[tuple[str, int], ...]
    first_logins: tuple[tuple[date, int], ...]
    imports: tuple[dict[str, Any], ...]
    disputed: tuple[Disputed, ...]
    erasures: tuple[WaitingRequest, ...]
    trouble: Trouble


@dataclass(frozen=True)
class AcademyOverview:
    """`approvals`: requests that somebody else has to answer. `erasures`: those for erasure that the academy has to answer. `lost`: messages of the last week that were given up."""

    approvals: int
    erasures: tuple[WaitingRequest, ...]
    lost: int
    trouble: Trouble


def of_school(school: SchoolRow, answers: Collection[str], now: int) -> SchoolOverview:
    """`answers`: kinds of people whose requests for erasure the reader may answer."""
    connection = reading()
    logins = charts.logins(connection, school.id, now, DAYS)
    waiting = [
        row for row in imports.of_school(connection, school.id, 5) if row["state"] in ("checked", "columns")
    ]
    return SchoolOverview(
        logins,
        tuple((_service_name(service), number) for service, number in logins.by_service),
        charts.first_logins(connection, school.id, now, DAYS_OF_FIRST_LOGINS),
        tuple(waiting),
        tuple(family.disputed(connection, school.uai)),
        tuple(erasure_requests.waiting_requests(school.id, answers)) if answers else (),
        Trouble(_failed(jobs.listed(connection, school.id, False, 30), now), _failing()),
    )


def of_academy(actor: str, now: int) -> AcademyOverview:
    connection = reading()
    asked = [
        row for row in approvals.listed(connection) if row["state"] == "asked" and row["asked_by"] != actor
    ]
    lost = [message for message in incidents.lost_messages(connection, now - RECENT) if message.is_given_up]
    failed = _failed(jobs.listed(connection, None, True, 200), now)
    return AcademyOverview(
        len(asked), tuple(erasure_requests.waiting_requests(None)), len(lost), Trouble(failed, _failing())
    )


def _failed(rows: list[dict[str, Any]], now: int) -> tuple[dict[str, Any], ...]:
    return tuple(row for row in rows if row["state"] == "failed" and row["asked_at"] > now - RECENT)


def _failing() -> tuple[tuple[str, Failing], ...]:
    failing = destinations.failing(reading())
    return tuple((_receiver(destination.destination), destination) for destination in failing)


def _receiver(destination: str) -> str:
    """The receiver's name: of ours, or of the services that are notified there."""
    if destination in RECEIVERS:
        return str(gettext(RECEIVERS[destination]))
    return ", ".join(names_at(destination)) or destination


def _service_name(service: str) -> str:
    known = find_service(service)
    return known[1].name if known else str(gettext("service retiré"))
