"""A whole login against a service, as a browser would make it: the page that an administrator presses before families do.

A test person without a password signs in by a session that is opened for the trial and ended with it. Only addresses
of the provider and of the service's own registration are visited; what came back is reported step by step.
"""

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urljoin, urlsplit

from sqlalchemy import Connection

from idp import audit
from idp.console.storage import trials as storage
from idp.context import settings
from idp.database import reading, transaction
from idp.jobs import queue
from idp.jobs.queue import Job, Progress
from idp.oidc import clients, logout
from idp.oidc.clients import Client
from idp.oidc.rules.claims import ALL_CLAIMS
from idp.oidc.rules.consent import kinds
from idp.oidc.storage import consents
from idp.people import opening
from idp.people.storage import accounts, imports
from idp.signin import cookies, sessions
from idp.signin.sessions import Session

if TYPE_CHECKING:
    from idp import outgoing

KIND = "service.login"
PATIENCE = 5
MOST_STEPS = 12
LARGEST = 1_000_000
KINDS = {"responsable": "guardian", "eleve": "pupil", "personnel": "staff"}
HOW = ("pwd", "otp", "mfa")
"""The trial goes through as somebody with two factors, so that a service that asks for `eidas2` is tried too."""


@dataclass
class Trial:
    """What was seen so far. `steps`: (what, "ok" or "wrong", detail), in order."""

    steps: list[tuple[str, str, str]] = field(default_factory=list)

    def saw(self, what: str, ok: bool, detail: str = "") -> bool:
        self.steps.append((what, "ok" if ok else "wrong", detail[:300]))
        return ok


def ask(client_id: str, actor: str, now: int) -> int:
    """Ask for a trial login; the job."""
    with transaction() as tx:
        return queue.ask(tx, KIND, {"client": client_id}, actor, now, total=1)


def run(job: Job, now: int) -> Progress:
    """The job: one step, and a report that names the first thing that was wrong."""
    client = clients.find(job.payload["client"])
    trial = Trial()
    if client is None or not client.is_active:
        trial.saw("service", False, "unknown or suspended")
    else:
        _try(client, trial, now)
    ok = all(verdict == "ok" for _, verdict, _ in trial.steps)
    report = {"client": job.payload["client"], "steps": trial.steps, "ok": ok}
    with transaction() as tx:
        audit.record(tx, now, "client.trial", job.asked_by, f"client:{job.payload['client']}", ok=ok)
        return queue.advance(tx, job, Progress({}, 1, 1, report, over=True), now)


def _try(client: Client, trial: Trial, now: int) -> None:
    said = client.registration
    start = said.initiate_login_uri or said.client_uri
    if not trial.saw("start", start is not None, start or "initiate_login_uri or client_uri is needed"):
        return
    session, token = _sign_in(KINDS[said.accepted_profiles[0]], now)
    everything = " ".join(kinds(said.scope, ALL_CLAIMS, said))
    with transaction() as tx:
        consents.give(tx, session.account.id, client.client_id, everything, session.account.id, now)
    try:
        _walk(client, start or "", token, session, trial)
    finally:
        logout.end(session, "worker", now)


def _walk(client: Client, start: str, token: str, session: Session, trial: Trial) -> None:
    """Follow redirects from the service's start to its last page, looking at each."""
    # Loaded where it is used: the web's processes never walk.
    from idp import outgoing

    with outgoing.Session() as browser:
        browser.headers["User-Agent"] = "trial login"
        _walk_with(browser, client, start, token, session, trial)


def _walk_with(
    browser: "outgoing.Session", client: Client, start: str, token: str, session: Session, trial: Trial
) -> None:
    import requests

    issuer, own = settings().server.issuer, _origins(client)
    address, seen_authorize, seen_callback, answer = start, False, False, None
    for _ in range(MOST_STEPS):
        origin = _origin(address)
        if origin not in (*own, issuer):
            trial.saw("redirect", False, f"leads to {origin}, which the service has not registered")
            return
        if origin == issuer and urlsplit(address).path == "/authorize":
            if not seen_authorize:
                trial.saw("request", True)
            seen_authorize = True
            if not _request_is_right(address, client, trial):
                return
        if any(address.startswith(f"{uri}?") for uri in client.registration.redirect_uris):
            seen_callback = True
            error = parse_qs(urlsplit(address).query).get("error", [""])[0]
            if not trial.saw("callback", not error, error):
                return
        # Our cookie goes to us alone; the service's to the service.
        own_cookie = {cookies.session_name(): token} if origin == issuer else {}
        try:
            answer = browser.get(
                address, cookies=own_cookie, timeout=PATIENCE, allow_redirects=False, stream=True
            )
            answer.raw.read(LARGEST, decode_content=True)
            answer.close()
        except requests.RequestException as fault:
            trial.saw("reach", False, f"{origin}: {type(fault).__name__}")
            return
        if answer.status_code not in (301, 302, 303, 307):
            break
        address = urljoin(address, answer.headers.get("Location", ""))
    if not seen_authorize:
        trial.saw("request", False, "the service did not ask for a login")
        return
    if not seen_callback:
        trial.saw("callback", False, f"the login stopped at {urlsplit(address).path}")
        return
    used = storage.code_was_used(reading(), session.sid, client.client_id)
    trial.saw("token", used, "" if used else "the service did not redeem the code")
    status = answer.status_code if answer is not None else 0
    trial.saw("page", status == 200, f"{urlsplit(address).path} answered {status}")


def _request_is_right(address: str, client: Client, trial: Trial) -> bool:
    said = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    if said.get("client_id") != client.client_id:
        return trial.saw("client_id", False, "the service names another client_id")
    uri = said.get("redirect_uri", "")
    if not trial.saw("redirect_uri", uri in client.registration.redirect_uris, uri):
        return False
    if client.registration.require_pkce:
        return trial.saw("pkce", said.get("code_challenge_method") == "S256")
    return True


def _sign_in(kind: str, now: int) -> tuple[Session, str]:
    with transaction() as tx:
        account = accounts.by_id(tx, _test_person(tx, kind, now))
        assert account is not None
        token = sessions.open_in(tx, account, HOW, "127.0.0.1", "trial login", now, settings().sessions)
    session = sessions.read(token, now, settings().sessions)
    assert session is not None
    return session, token


def _test_person(tx: Connection, kind: str, now: int) -> int:
    """One account a kind, made at its first trial: it belongs to no school, and has no way to sign in."""
    known = storage.test_account(tx, kind)
    if known is not None:
        return known
    opening.take_turn(tx)
    names = {"first_name": "Camille", "family_name": "Essai"}
    row = {"kind": kind, **names, "birth_date": "2010-01-01" if kind == "pupil" else None}
    (person,) = imports.add_persons(tx, [{**row, "created_at": now, "updated_at": now}])
    opening.open_accounts(tx, [opening.Newcomer(person, names["first_name"], names["family_name"])], now - 1)
    return storage.make_test_account(tx, person, f"{secrets.token_hex(4)}@essai.invalid", now)


def _origins(client: Client) -> tuple[str, ...]:
    said = client.registration
    uris = (*said.redirect_uris, said.initiate_login_uri, said.client_uri)
    return tuple({_origin(uri) for uri in uris if uri})


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
