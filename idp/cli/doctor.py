"""`idp doctor`: check an installation, and state how to correct each fault."""

import shutil
import smtplib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from flask import Flask

from idp.app import create_app
from idp.audit import verification
from idp.cas import registrations
from idp.cli.audit import sentence, sentence_of_unchecked
from idp.cli.terminal import Terminal, as_json, as_sentence, day_and_hour, now, pass_terminal, say_json
from idp.database import schema, statistics
from idp.database.clock import clock_difference
from idp.database.engine import db, reading, try_writing
from idp.durations import DAY
from idp.federation import inspection as upstream_inspection
from idp.federation import upstreams
from idp.messages.smtp import connected
from idp.messages.storage import destinations, outbox
from idp.network import certificate_authorities
from idp.oidc import signing
from idp.saml import inspection
from idp.settings import SettingsFault
from keys import rotation

_LATE = 300
_RECENT = 7 * DAY
_SLACK = 60
_APART = 5
"""Seconds by which the clocks of this machine and of the database may differ."""
_LEAST_SPACE = 200_000_000
_BUILT = 1_790_000_000
"""Epoch seconds before this program was written: an earlier clock has not been set."""


@dataclass(frozen=True)
class Finding:
    """The result of a check. `seen`: the observed values; `mend`: how to correct a fault."""

    check: str
    ok: bool
    seen: str
    mend: str = ""


@click.command()
@as_json
@pass_terminal
@click.pass_context
def doctor(context: click.Context, terminal: Terminal, as_json: bool) -> None:
    """Check settings, database, clocks, keys, outbox and mail; state how to correct each fault (exit code 1)."""
    findings = list(examine(terminal))
    if as_json:
        say_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{'ok   ' if finding.ok else 'WRONG'}  {finding.check.ljust(9)}  {finding.seen}")
            if not finding.ok:
                click.echo(f"       {' ' * 9}  {finding.mend}")
    if not all(finding.ok for finding in findings):
        context.exit(1)


def examine(terminal: Terminal) -> Iterator[Finding]:
    """The findings in order, without checks whose precondition failed."""
    where = f"{terminal.file}" if terminal.file else "no file: variables and defaults"
    try:
        settings = terminal.settings()
    except SettingsFault as fault:
        yield Finding(
            "settings",
            False,
            f"{where}: {fault}",
            "Correct these settings; docs/configuration.md has them all.",
        )
        return
    yield Finding("settings", True, f"{where}; {settings.server.mode}, {settings.server.issuer}")
    yield _clock()
    app = create_app(settings)
    with app.app_context():
        database = _guarded("database", _database, app)
        yield database
        if database.ok:
            for name, check in _OF_THE_DATABASE:
                yield _guarded(name, check, app)
        yield _trust(app)
        yield _mail(app)


def _guarded(name: str, check: Callable[[Flask], Finding], app: Flask) -> Finding:
    try:
        return check(app)
    except Exception as fault:
        sentence = as_sentence(fault)
        if sentence is None:
            raise
        return Finding(
            name, False, sentence.message, "Check database.url, and that this user may read and write there."
        )


def _clock() -> Finding:
    if now() < _BUILT:
        return Finding(
            "clock", False, "the clock of this machine was never set", "Set it, and have NTP keep it."
        )
    return Finding("clock", True, "has been set")


def _database(_app: Flask) -> Finding:
    where = db.engine.url.render_as_string(hide_password=True)
    present, newest = schema.present_revision(), schema.newest_revision()
    if (
        free := _free_space(db.engine.dialect.name, db.engine.url.database)
    ) is not None and free < _LEAST_SPACE:
        observed = f"{where}: {free // 1_000_000} MB are free on its disk"
        return Finding("database", False, observed, "Free space: without it people cannot sign in.")
    if present == newest:
        try_writing()
        return Finding("database", True, f"{where}, at {present}")
    try:
        schema.refuse_unknown(present)
    except schema.MadeByNewerVersion as fault:
        return Finding("database", False, where, str(fault))
    return Finding(
        "database", False, f"{where} is at {present}; this version wants {newest}", "Run: idp db upgrade"
    )


def _free_space(engine: str, file: str | None) -> int | None:
    """Free bytes on the disk of an SQLite file; None for another engine."""
    if engine != "sqlite" or not file or not Path(file).is_file():
        return None
    return shutil.disk_usage(Path(file).parent).free


def _clocks(_app: Flask) -> Finding:
    difference = clock_difference(reading())
    if difference is None:
        return Finding("clocks", True, "the database has the clock of this machine")
    observed = (
        f"this machine is {abs(difference):.1f} s {'ahead of' if difference > 0 else 'behind'} the database"
    )
    mend = (
        "Have NTP keep both machines: links, codes and tokens of one are too early or too late for the other."
    )
    return Finding("clocks", abs(difference) <= _APART, observed, mend)


def _audit(_app: Flask) -> Finding:
    report = verification.verify()
    if report.faults:
        mend = "Compare with a backup, and find out who can write here. All faults: idp audit verify --all"
        return Finding("audit", False, sentence(report.faults[0]), mend)
    if report.unchecked:
        observed, _, mend = sentence_of_unchecked(report.unchecked[0]).partition(". ")
        return Finding("audit", False, observed, mend)
    late = 0 if report.oldest is None else now() - report.oldest
    if late > _LATE:
        observed = f"{report.unsealed} records are not sealed, the oldest for {late} s"
        return Finding(
            "audit", False, observed, "No worker runs: start idp worker, or idp serve without --no-worker."
        )
    return Finding("audit", True, f"the chain of seals holds; {report.unsealed} records are not sealed yet")


def _keys(_app: Flask) -> Finding:
    keys = signing.listing()
    moment = now()
    if any(key.created_at > moment + _SLACK for key in keys):
        return Finding(
            "keys", False, "a key was made in the future", "The clock of this machine is late: set it."
        )
    if lost := signing.lost_keys(moment):
        return Finding("keys", False, lost.partition(":")[0], lost.partition(": ")[2])
    algorithms = sorted({key.alg for key in keys if rotation.signer_or_next(keys, key.alg, moment)})
    if not algorithms:
        return Finding(
            "keys", False, "no key can sign", "Start idp serve or idp worker: the first keys are made there."
        )
    for algorithm in algorithms:
        try:
            signing.keyring(moment).signer(algorithm)
        except Exception as fault:
            mend = (
                "secrets.master_key is not the one that sealed this key: put that one back, behind a comma."
            )
            return Finding("keys", False, f"{algorithm}: {fault}", mend)
    return Finding("keys", True, f"{', '.join(algorithms)} can sign")


def _outbox(_app: Flask) -> Finding:
    lost = outbox.given_up(reading(), now() - _RECENT)
    if lost:
        kind, reason = lost[0]
        return Finding(
            "outbox",
            False,
            f"{len(lost)} messages of this week were given up; the newest, {kind}: {reason}",
            "Correct what the reason names; the recipients then ask for the message again.",
        )
    for failing in destinations.failing(reading()):
        if failing.waiting and failing.failing_since < now() - _LATE:
            return Finding(
                "outbox",
                False,
                f"{failing.destination} fails since {day_and_hour(failing.failing_since)}, {failing.waiting} messages wait: {failing.last_error}",
                f"Correct what the reason names, then: idp jobs try-now {failing.destination}",
            )
    late = destinations.late(reading(), now() - _LATE)
    if not late:
        return Finding("outbox", True, "no message is late")
    mend = "No worker runs: start idp worker, or idp serve without --no-worker."
    return Finding(
        "outbox", False, f"{len(late)} messages or more have waited for {_LATE // 60} minutes", mend
    )


def _statistics(_app: Flask) -> Finding:
    if not statistics.autovacuum_is_on(reading()):
        mend = "Set autovacuum and track_counts to on in postgresql.conf: without them searches become slow."
        return Finding("planner", False, "PostgreSQL renews no statistics", mend)
    if missing := statistics.missing(reading()):
        mend = "Start idp worker: it makes them within a minute. Without them searches are slow."
        return Finding("planner", False, f"no statistics of {', '.join(missing)}", mend)
    return Finding("planner", True, "every large table has statistics")


def _cas(_app: Flask) -> Finding:
    if doubtful := registrations.doubtful():
        mend = "Correct these registrations: idp cas set. Only one service gets the tickets of an address."
        return Finding("cas", False, "; ".join(doubtful), mend)
    number = sum(service.is_active for service in registrations.every().values())
    return Finding("cas", True, f"{number} services of CAS, no address belongs to two")


def _saml(_app: "Flask") -> Finding:
    if wrong := inspection.fault(now()):
        return Finding("saml", False, *wrong)
    return Finding("saml", True, inspection.summary(now()))


def _upstreams(_app: "Flask") -> Finding:
    """Without asking them: `idp upstream check` does."""
    states = [
        (upstream.name, upstream_inspection.condition(upstream, now())) for upstream in upstreams.every()
    ]
    wrong = [f"{name}: {state.fault}" for name, state in states if state.fault]
    if wrong:
        mend = "See docs/federation.md; idp upstream refresh fetches metadata, idp upstream check asks an upstream."
        return Finding("upstreams", False, "; ".join(wrong), mend)
    return Finding("upstreams", True, f"{len(states)} other providers")


_OF_THE_DATABASE = (
    ("clocks", _clocks),
    ("audit", _audit),
    ("keys", _keys),
    ("cas", _cas),
    ("saml", _saml),
    ("upstreams", _upstreams),
    ("outbox", _outbox),
    ("planner", _statistics),
)


def _trust(app: Flask) -> Finding:
    more = app.extensions["settings"].outgoing.ca_file
    try:
        number = certificate_authorities.context().cert_store_stats()["x509_ca"]
    except OSError as fault:
        mend = "outgoing.ca_file names a file of certificates in PEM that this user may read."
        return Finding("trust", False, f"{more}: {fault.strerror or fault}", mend)
    return Finding("trust", True, f"{number} authorities{f', those of {more} among them' if more else ''}")


def _mail(app: Flask) -> Finding:
    mail = app.extensions["settings"].mail
    where = f"{mail.host}:{mail.port} ({mail.security})"
    try:
        with connected(mail) as server:
            server.noop()
    except smtplib.SMTPAuthenticationError:
        return Finding(
            "mail", False, f"{where} refuses the user or password", "Check mail.username and mail.password."
        )
    except (OSError, smtplib.SMTPException) as fault:
        mend = "Check mail.host, mail.port and mail.security, and that this machine may reach them."
        return Finding("mail", False, f"{where}: {fault}", mend)
    return Finding("mail", True, f"{where} answers")
