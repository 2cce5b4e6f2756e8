"""`idp doctor`: is everything in order, and if not, how to mend it."""

import smtplib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from idp.cli.terminal import Terminal, as_json, now, pass_terminal, say_json, told

if TYPE_CHECKING:
    from flask import Flask

_LATE = 300
_RECENT = 7 * 86400
_SLACK = 60
_BUILT = 1_790_000_000
"""A moment before this program was written: a clock that shows less has not been set."""


@dataclass(frozen=True)
class Finding:
    """What was looked at, whether it is in order, what was seen, and what to do about it."""

    check: str
    ok: bool
    seen: str
    mend: str = ""


@click.command()
@as_json
@pass_terminal
@click.pass_context
def doctor(context: click.Context, terminal: Terminal, as_json: bool) -> None:
    """Check settings, database, keys, clock, outbox and mail; say how to mend what is wrong (exit code 1)."""
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
    """Every finding in order; what cannot be examined for want of an earlier one is left out."""
    from idp.settings import SettingsFault

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
    from idp.app import create_app

    app = create_app(settings)
    with app.app_context():
        database = _guarded("database", _database, app)
        yield database
        if database.ok:
            for name, check in (("audit", _audit), ("keys", _keys), ("outbox", _outbox)):
                yield _guarded(name, check, app)
        yield _mail(app)


def _guarded(name: str, check: "Callable[[Flask], Finding]", app: "Flask") -> Finding:
    try:
        return check(app)
    except Exception as fault:
        known = told(fault)
        if known is None:
            raise
        return Finding(
            name, False, known.message, "Check database.url, and that this user may read and write there."
        )


def _clock() -> Finding:
    if now() < _BUILT:
        return Finding(
            "clock", False, "the clock of this machine was never set", "Set it, and have NTP keep it."
        )
    return Finding("clock", True, "has been set")


def _database(_app: "Flask") -> Finding:
    from idp import schema
    from idp.database import db

    where = db.engine.url.render_as_string(hide_password=True)
    present, newest = schema.present_revision(), schema.newest_revision()
    if present == newest:
        return Finding("database", True, f"{where}, at {present}")
    return Finding(
        "database", False, f"{where} is at {present}; this version wants {newest}", "Run: idp db upgrade"
    )


def _audit(_app: "Flask") -> Finding:
    from idp import audit
    from idp.database import reading

    broken = audit.first_broken(reading())
    if broken is None:
        return Finding("audit", True, "the chain of records holds")
    mend = "Somebody changed or removed a record: compare with a backup; find out who can write here."
    return Finding("audit", False, f"record {broken} does not follow from the one before it", mend)


def _keys(_app: "Flask") -> Finding:
    from idp.oidc import signing

    keys = signing.listing()
    moment = now()
    if any(key.created_at > moment + _SLACK for key in keys):
        return Finding(
            "keys", False, "a key was made in the future", "The clock of this machine is late: set it."
        )
    algorithms = sorted({key.alg for key in keys if key.state(moment) == "signing"})
    if not algorithms:
        return Finding(
            "keys", False, "no key can sign", "Start idp serve or idp worker: the first keys are made there."
        )
    for algorithm in algorithms:
        try:
            signing.keyring().signing_key(algorithm)
        except Exception as fault:
            mend = (
                "secrets.master_key is not the one that sealed this key: put that one back, behind a comma."
            )
            return Finding("keys", False, f"{algorithm}: {fault}", mend)
    return Finding("keys", True, f"{', '.join(algorithms)} can sign")


def _outbox(_app: "Flask") -> Finding:
    from idp.database import reading
    from idp.messages import outbox

    lost = outbox.given_up(reading(), now() - _RECENT)
    if lost:
        kind, reason = lost[0]
        return Finding(
            "outbox",
            False,
            f"{len(lost)} messages of this week were given up; the newest, {kind}: {reason}",
            "Mend what the reason names; whoever waits asks for the message again.",
        )
    late = outbox.due(reading(), now() - _LATE)
    if not late:
        return Finding("outbox", True, "nothing waits longer than it should")
    mend = "No worker runs: start idp worker, or idp serve without --no-worker."
    return Finding(
        "outbox", False, f"{len(late)} messages or more have waited for {_LATE // 60} minutes", mend
    )


def _mail(app: "Flask") -> Finding:
    from idp.messages.mail import connected

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
