"""Rows of every kind that retention deletes, of any age."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, String, func, insert, select

from idp.answers.storage.tables import KeptAnswerRow, SentForm
from idp.cas.storage.tables import Ticket
from idp.database.engine import Connection, reading, transaction
from idp.durations import DAY, HOUR
from idp.federation.storage.tables import FederatedLogout, FederatedSession, WaitingIdentity
from idp.jobs.storage.tables import JobFile, JobRow
from idp.limits.storage.rate_limits import RateLimit
from idp.limits.storage.used_once import UsedOnce
from idp.messages.storage.outbox import OutboxMessage
from idp.oidc.storage.tables import AccessToken, DeviceRequest, Grant, PushedRequest, RefreshFamily
from idp.people.storage.tables import ContactChange
from idp.privacy.storage.tables import ErasureRequest
from idp.recovery.storage.tables import Identification
from idp.services.storage.tables import ParticipantRow, ServiceRow
from idp.signin.storage.tables import KnownDevice, MailLink, NetworkAttempt, Sending, Session, Throttle
from idp.turns.storage.tracks import PlaceBudget
from tests.actors.world import World

GOES = -1
"""A row goes at the very second that it names."""


@dataclass(frozen=True)
class Kind:
    """Rows of `model` go once `column` lies more than `kept` seconds back. `fixed`: values of other columns."""

    step: str
    model: Any
    column: str
    retention: int
    fixed: dict[str, Any] = field(default_factory=dict)


KINDS = (
    Kind("jobs", JobRow, "finished_at", 30 * DAY, {"school_id": None, "state": "done"}),
    Kind("jobs", JobFile, "expires_at", GOES),
    Kind("known_devices", KnownDevice, "last_seen_at", 400 * DAY),
    Kind("mail_links", MailLink, "expires_at", DAY),
    Kind("throttles", Throttle, "forget_at", 0),
    Kind("network_attempts", NetworkAttempt, "forget_at", GOES),
    Kind("sendings", Sending, "forget_at", GOES),
    Kind("sessions", Session, "expires_at", DAY),
    Kind("contact_changes", ContactChange, "forget_at", 0),
    Kind("erasure_requests", ErasureRequest, "forget_at", 0, {"answered_at": 1}),
    Kind("kept_answers", KeptAnswerRow, "forget_at", GOES),
    Kind("sent_forms", SentForm, "forget_at", GOES),
    Kind("pushed_requests", PushedRequest, "expires_at", HOUR),
    Kind("device_requests", DeviceRequest, "expires_at", HOUR),
    Kind("access_tokens", AccessToken, "expires_at", 300, {"grant_id": "keeper"}),
    Kind("identifications", Identification, "expires_at", DAY),
    Kind("used_once", UsedOnce, "expires_at", DAY),
    Kind("rate_limits", RateLimit, "forget_at", GOES),
    Kind("place_budgets", PlaceBudget, "forget_at", 0),
    Kind("cas_tickets", Ticket, "expires_at", DAY),
    Kind("participants", ParticipantRow, "expires_at", 0),
    Kind("federated_logins", WaitingIdentity, "expires_at", DAY),
    Kind("federated_logins", FederatedSession, "expires_at", DAY),
    Kind("federated_logins", FederatedLogout, "expires_at", DAY),
    Kind("outbox", OutboxMessage, "delivered_at", DAY, {"given_up_at": None}),
    Kind("outbox", OutboxMessage, "given_up_at", 90 * DAY, {"delivered_at": None}),
)
"""Kinds of which one column decides."""

GRANT = Kind("grants", Grant, "issued_at", 9 * HOUR + GOES, {"revoked_at": None, "review_at": 0})
FAMILY = Kind("refresh_families", RefreshFamily, "expires_at", DAY + GOES, {"review_at": 0})


class Rows:
    """Adds rows in the provider's database; `client` and `account` are what they refer to."""

    def __init__(self, world: World) -> None:
        self.now = world.clock()
        self.client = world.relying_party().client_id
        self.account = world.guardian().account
        self.job, self.service = 0, ""
        self.numbers = 0
        with transaction() as tx:
            self.job = tx.execute(
                insert(JobRow).returning(JobRow.id), self._row(JobRow, {"finished_at": None})
            ).scalar_one()
            self.service = tx.execute(
                insert(ServiceRow).returning(ServiceRow.id), self._row(ServiceRow, {"registration": "{}"})
            ).scalar_one()
            tx.execute(
                insert(Grant),
                self._row(Grant, {"id": "keeper", "issued_at": self.now, "review_at": self.now + 1000 * DAY}),
            )

    def add(self, kind: Kind, number: int, age: int = 1, **fixed: Any) -> None:
        """Add `number` rows that have been due for `age` seconds; of an `age` of 0, and below, they are needed still."""
        moment = self.now - kind.retention - age
        rows = [self._row(kind.model, {kind.column: moment, **kind.fixed, **fixed}) for _ in range(number)]
        with transaction(durable=False) as tx:
            tx.execute(insert(kind.model), rows)

    def add_families(self, number: int, age: int = 1, **fixed: Any) -> None:
        """Refresh families of such an `age`, with grants that are old enough and wait for them."""
        grants = [f"f{self.numbers + count:031}" for count in range(number)]
        due = {GRANT.column: self.now - GRANT.retention - 1, **GRANT.fixed}
        families = {FAMILY.column: self.now - FAMILY.retention - age, **FAMILY.fixed, **fixed}
        with transaction(durable=False) as tx:
            tx.execute(insert(Grant), [self._row(Grant, {**due, "id": grant_id}) for grant_id in grants])
            tx.execute(
                insert(RefreshFamily),
                [self._row(RefreshFamily, {**families, "grant_id": grant_id}) for grant_id in grants],
            )

    def _row(self, model: Any, fixed: dict[str, Any]) -> dict[str, Any]:
        self.numbers += 1
        return {
            column.name: fixed[column.name] if column.name in fixed else self._value(column)
            for column in model.__table__.columns
            if column.name in fixed or column.name != "id" or isinstance(column.type, String)
        }

    def _value(self, column: Any) -> Any:
        if column.nullable:
            return None
        if column.foreign_keys:
            target = next(iter(column.foreign_keys)).column
            known = {
                "accounts": self.account,
                "clients": self.client,
                "jobs": self.job,
                "services": self.service,
            }
            return known[target.table.name]
        if isinstance(column.type, Boolean):
            return False
        if isinstance(column.type, BigInteger | Integer):
            return self.numbers if column.primary_key else 1
        if isinstance(column.type, LargeBinary):
            return b""
        return f"{self.numbers:032}"[-(getattr(column.type, "length", None) or 32) :]


def count(model: Any, connection: Connection | None = None) -> int:
    return int((connection or reading()).execute(select(func.count()).select_from(model)).scalar_one())
