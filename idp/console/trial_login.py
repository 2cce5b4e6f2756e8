"""A trial login: a whole login at a service, as a browser does it, before families use the service.

The session of a test person without a password is opened for the trial and ended with it. Only addresses of the
provider and of the service's registration are requested; the report lists each step.
"""

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urljoin, urlsplit

from idp import deferred
from idp.audit import trail
from idp.console.storage import trials as storage
from idp.database.engine import Connection, reading, transaction
from idp.jobs import queue
from idp.jobs.queue import Job, Progress
from idp.oidc.clients import registry
from idp.oidc.clients.registry import Client
from idp.oidc.clients.rules.consent_kinds import kinds
from idp.oidc.rules.claims import ALL_CLAIMS
from idp.people import account_creation
from idp.people.rules.accounts import KINDS
from idp.people.storage import accounts
from idp.people.storage import bulk_writes as imports
from idp.runtime.context import settings
from idp.services import session_end
from idp.services.storage import consents
from idp.signin import cookies, sessions
from idp.signin.sessions import Session

if TYPE_CHECKING:
    import requests

    from idp.network import outgoing_http
else:
    requests = deferred.module("requests")
    outgoing_http = deferred.module("idp.network.outgoing_http")

KIND = "service.login"
PATIENCE = 5
MOST_STEPS = 12
LARGEST = 1_000_000
HOW = ("pwd", "otp", "mfa")
"""RFC 8176. The test person has two factors, so that the trial covers a service that asks for `eidas2`."""


@dataclass
class Trial:
    """`steps`: (name, "ok" or "wrong", the address or answer), in order. The page translates the names."""

    steps: list[tuple[str, str, str]] = field(default_factory=list)

    def note(self, step: str, ok: bool, detail: str = "") -> bool:
        self.steps.append((step, "ok" if ok else "wrong", detail[:300]))
        return ok


def ask(client_id: str, actor: str, now: int) -> int:
    """Ask for a trial login; the job."""
    with transaction() as tx:
        return queue.ask(tx, KIND, {"client": client_id}, actor, now, total=1)


def run(job: Job, now: int) -> Progress:
    """The job: one step, and a report that ends with the first fault."""
    client = registry.find(job.payload["client"])
    trial = Trial()
    if client is None or not client.is_active:
        trial.note("service", False)
    else:
        _try(client, trial, now)
    ok = all(verdict == "ok" for _, verdict, _ in trial.steps)
    report = {"client": job.payload["client"], "steps": trial.steps, "ok": ok}
    with transaction() as tx:
        trail.record(tx, now, "client.trial", job.asked_by, f"client:{job.payload['client']}", ok=ok)
        return queue.advance(tx, job, Progress({}, 1, 1, report, over=True), now)


def _try(client: Client, trial: Trial, now: int) -> None:
    registration = client.registration
    start = registration.initiate_login_uri or registration.client_uri
    if not trial.note("start", start is not None, start or ""):
        return
    session, token = _sign_in(KINDS[registration.accepted_profiles[0]], now)
    everything = " ".join(kinds(registration.scope, ALL_CLAIMS, registration))
    with transaction() as tx:
        consents.give(tx, session.account.id, client.client_id, everything, session.account.id, now)
    try:
        _follow(client, start or "", token, session, trial)
    finally:
        session_end.end(session, "worker", now)


def _follow(client: Client, start: str, token: str, session: Session, trial: Trial) -> None:
    """Follow redirects from the service's start to its last page, and check each."""
    with outgoing_http.Session() as browser:
        browser.headers["User-Agent"] = "trial login"
        _follow_with(browser, client, start, token, session, trial)


def _follow_with(
    browser: "outgoing_http.Session", client: Client, start: str, token: str, session: Session, trial: Trial
) -> None:
    issuer, own = settings().server.issuer, _origins(client)
    address, seen_authorize, seen_callback, answer = start, False, False, None
    for _ in range(MOST_STEPS):
        origin = _origin(address)
        if origin not in (*own, issuer):
            trial.note("redirect", False, origin)
            return
        if origin == issuer and urlsplit(address).path == "/authorize":
            if not seen_authorize:
                trial.note("request", True)
            seen_authorize = True
            if not _request_is_right(address, client, trial):
                return
        if any(address.startswith(f"{uri}?") for uri in client.registration.redirect_uris):
            seen_callback = True
            error = parse_qs(urlsplit(address).query).get("error", [""])[0]
            if not trial.note("callback", not error, error):
                return
        # The provider's cookie goes to the provider alone; the service's to the service.
        own_cookie = {cookies.session_name(): token} if origin == issuer else {}
        try:
            answer = browser.get(
                address, cookies=own_cookie, timeout=PATIENCE, allow_redirects=False, stream=True
            )
            answer.raw.read(LARGEST, decode_content=True)
            answer.close()
        except requests.RequestException as fault:
            trial.note("reach", False, f"{origin}: {type(fault).__name__}")
            return
        if answer.status_code not in (301, 302, 303, 307):
            break
        address = urljoin(address, answer.headers.get("Location", ""))
    if not seen_authorize:
        trial.note("request", False)
        return
    if not seen_callback:
        trial.note("stopped", False, urlsplit(address).path)
        return
    used = storage.code_was_used(reading(), session.sid, client.client_id)
    trial.note("token", used)
    status = answer.status_code if answer is not None else 0
    trial.note("page", status == 200, f"{urlsplit(address).path} {status}")


def _request_is_right(address: str, client: Client, trial: Trial) -> bool:
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    if query.get("client_id") != client.client_id:
        return trial.note("client_id", False)
    uri = query.get("redirect_uri", "")
    if not trial.note("redirect_uri", uri in client.registration.redirect_uris, uri):
        return False
    if client.registration.require_pkce:
        return trial.note("pkce", query.get("code_challenge_method") == "S256")
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
    """The test account of a kind, created at its first trial: it belongs to no school, and has no password."""
    account = storage.test_account(tx, kind)
    if account is not None:
        return account
    account_creation.lock_creation(tx)
    names = {"first_name": storage.FIRST_NAME, "family_name": storage.FAMILY_NAME}
    row = {"kind": kind, **names, "birth_date": "2010-01-01" if kind == "pupil" else None}
    (person,) = imports.add_persons(tx, [{**row, "created_at": now, "updated_at": now}])
    account_creation.create_accounts(
        tx, [account_creation.Newcomer(person, names["first_name"], names["family_name"])], now - 1
    )
    return storage.make_test_account(tx, person, f"{secrets.token_hex(4)}@essai.invalid", now)


def _origins(client: Client) -> tuple[str, ...]:
    registration = client.registration
    uris = (*registration.redirect_uris, registration.initiate_login_uri, registration.client_uri)
    return tuple({_origin(uri) for uri in uris if uri})


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
