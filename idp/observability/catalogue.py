"""Every metric of the program: name, kind, labels, help. docs/observability.md, the dashboard and the alerts are compared with it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]


# Compared and hashed by identity: each count looks its series up.
@dataclass(frozen=True, eq=False)
class Metric:
    """A metric. `name` is that of its samples in Prometheus, without `_bucket`, `_sum`, `_count`.

    Every label has a bounded set of values. `buckets`: upper bounds of a histogram, in seconds.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


WITHIN = 0.3
"""Seconds within which 99 % of the requests are answered, their password hashes aside."""

_REQUEST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, WITHIN, 0.5, 1.0, 2.5, 5.0, 10.0)
_HASH = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUEST_SECONDS = Metric(
    "idp_http_request_duration_seconds",
    "histogram",
    "Duration of a request, its wait for a slot included, its body's arrival not.",
    ("method", "endpoint", "status"),
    _REQUEST,
)
UNHASHED_SECONDS = Metric(
    "idp_http_request_unhashed_seconds",
    "histogram",
    "The same without the time in the hashing pool; health checks are left out.",
    (),
    _REQUEST,
)
CUT_OFF = Metric(
    "idp_http_requests_cut_off_total",
    "counter",
    "Requests answered before they reached the application: body late, too large or malformed, or no free slot (503).",
    ("status",),
)
REFUSALS = Metric(
    "idp_refusals_total", "counter", "Refusals shown to people or to machines.", ("code", "name")
)
SIGN_INS = Metric(
    "idp_sign_ins_total",
    "counter",
    "Sign-ins and second steps, by way and outcome: `ok`, the refusal's name, or `error`.",
    ("way", "outcome"),
)
FLOW_STEPS = Metric(
    "idp_flow_steps_total",
    "counter",
    "Requests of the protocol, by step, outcome and registered client (empty where none was identified).",
    ("step", "outcome", "client"),
)
HASHING_WAITING = Metric("idp_hashing_waiting", "gauge", "Logins that queue for a hash.")
HASHING_IN_USE = Metric("idp_hashing_in_use", "gauge", "Hashes that are being computed.")
HASHING_REFUSED = Metric(
    "idp_hashing_refused_total",
    "counter",
    "Logins refused by the hashing pool: `full` or `slow`.",
    ("reason",),
)
HASHING_SECONDS = Metric(
    "idp_hashing_duration_seconds",
    "histogram",
    "Time in the hashing pool: `wait` in the queue, `run` with a slot.",
    ("phase",),
    _HASH,
)
SLOTS = Metric("idp_slots", "gauge", "Places of the web workers, by pool.", ("pool",))
SLOTS_IN_USE = Metric(
    "idp_slots_in_use",
    "gauge",
    "Places in use. Each slot (`slot`, `machine`, `health`) holds one database connection.",
    ("pool",),
)
DELIVERIES = Metric(
    "idp_deliveries_total",
    "counter",
    "Attempts to deliver a message: `delivered`, `failed` (tried again later) or `given_up`.",
    ("kind", "outcome"),
)
JOBS_STARTED = Metric(
    "idp_jobs_started_total",
    "counter",
    "Jobs that a worker has begun; one that goes on after a stop or a crash counts again.",
    ("kind",),
)
JOBS_ENDED = Metric(
    "idp_jobs_ended_total",
    "counter",
    "Jobs that are over: `done`, `failed` or `cancelled`; `interrupted`: the worker stopped, the job goes on later.",
    ("kind", "outcome"),
)
JOB_SECONDS = Metric(
    "idp_job_duration_seconds",
    "histogram",
    "Time in which a worker ran a job, until it was over or interrupted.",
    ("kind",),
    (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0),
)

COUNTED = (
    REQUEST_SECONDS,
    UNHASHED_SECONDS,
    CUT_OFF,
    REFUSALS,
    SIGN_INS,
    FLOW_STEPS,
    HASHING_WAITING,
    HASHING_IN_USE,
    HASHING_REFUSED,
    HASHING_SECONDS,
    SLOTS,
    SLOTS_IN_USE,
    DELIVERIES,
    JOBS_STARTED,
    JOBS_ENDED,
    JOB_SECONDS,
)
"""What the processes count as it happens."""

INFO = Metric("idp_info", "gauge", "1, with the version of the program.", ("version",))
DATABASE_UP = Metric("idp_database_up", "gauge", "1 if the database answered the last read, else 0.")
OUTBOX_MESSAGES = Metric(
    "idp_outbox_messages",
    "gauge",
    "Messages that wait for their delivery; counted up to 10,000.",
    ("kind", "destination"),
)
OUTBOX_OLDEST = Metric(
    "idp_outbox_oldest_age_seconds", "gauge", "Age of the oldest waiting message.", ("kind", "destination")
)
OUTBOX_GIVEN_UP = Metric(
    "idp_outbox_given_up",
    "gauge",
    "Messages given up and still stored; counted up to 10,000.",
    ("kind", "destination"),
)
JOBS = Metric(
    "idp_jobs",
    "gauge",
    "Jobs by state; counted up to 10,000 that are not over, and 10,000 that are.",
    ("kind", "state"),
)
LIVE_SESSIONS = Metric("idp_sessions_live", "gauge", "Live sessions; counted up to 100,000.")
SIGNING_KEYS = Metric(
    "idp_signing_keys",
    "gauge",
    "Published signing keys that can be opened: `next`, `signing`, `retiring`.",
    ("alg", "state"),
)
SIGNING_KEY_AGE = Metric(
    "idp_signing_key_age_seconds", "gauge", "Time for which the present key has signed.", ("alg",)
)
AUDIT_SEAL_LAG = Metric(
    "idp_audit_seal_lag_seconds", "gauge", "Age of the oldest audit record that is not sealed yet."
)

READ = (
    DATABASE_UP,
    OUTBOX_MESSAGES,
    OUTBOX_OLDEST,
    OUTBOX_GIVEN_UP,
    JOBS,
    LIVE_SESSIONS,
    SIGNING_KEYS,
    SIGNING_KEY_AGE,
    AUDIT_SEAL_LAG,
)
"""What is read from the database when Prometheus asks."""

METRICS = (*COUNTED, INFO, *READ)
