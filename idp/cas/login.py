"""/cas/login: the request of a service, and its answer: a redirect with a service ticket (CAS Protocol 3.0.3 §2.1, §2.2)."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import Response, g, make_response, redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from idp.cas import registrations, tickets
from idp.cas.registrations import PROTOCOL, CasService
from idp.cas.rules.login_request import LoginRequest
from idp.cas.rules.service_urls import with_parameter
from idp.cas.rules.tickets import Kind
from idp.cas.tickets import Holder
from idp.database.engine import Connection, transaction
from idp.network.urls import origin_of
from idp.observability.requests import note_client, note_outcome
from idp.refusals import Refusal
from idp.refusals.requests import LOGIN_ALREADY_ANSWERED, SERVICE_SUSPENDED, UNKNOWN_SERVICE
from idp.services import sign_in
from idp.services.protocols import SignInRequest
from idp.services.rules import hints
from idp.services.rules.service import Service
from idp.signin import current_login, pending, sessions
from idp.signin.pending import Pending
from idp.signin.rules.steps import Asked
from idp.signin.sessions import Session


@dataclass(frozen=True)
class CasRequest(SignInRequest):
    """A request of a registered service, as `idp.services.sign_in` takes it to its answer."""

    protocol = PROTOCOL
    request: LoginRequest
    registered: CasService
    session: Session | None

    @property
    def service(self) -> Service:
        return self.registered.service

    @property
    def is_silent(self) -> bool:
        return self.request.gateway

    @property
    def kinds(self) -> tuple[str, ...]:
        if self.session is None:
            return ()
        return self.registered.registration.kinds_of(self.session.account.kind)

    @property
    def consent_is_shown(self) -> bool:
        """§2.1.1: with `warn` nobody is signed in to a service without a question."""
        return self.request.warn

    @property
    def hints(self) -> tuple[str, ...]:
        return hints.in_order(self.request.hint, self.registered.registration.idp_hint)

    @property
    def return_origin(self) -> str:
        return origin_of(self.request.service)

    def asked(self, now: int) -> Asked:
        registration = self.registered.registration
        return Asked(
            profiles=registration.accepted_profiles,
            prompt=("login",) if self.request.renew else (),
            level=registration.level,
            before=self.session.sid if self.session is not None else None,
            at=now,
        )

    def to_text(self) -> str:
        return json.dumps(asdict(self.request))

    def answer(self, waiting: Pending | None, now: int) -> BaseResponse:
        assert self.session is not None
        ticket = _issue(self, self.session, waiting, now)
        note_outcome("ticket")
        if self.request.by_post:
            g.form_action = self.request.service
            page = render_template("form_post.html", action=self.request.service, fields=[("ticket", ticket)])
            return _not_stored(make_response(page))
        return _to(with_parameter(self.request.service, "ticket", ticket))

    def refuse(self, error: str, description: str) -> BaseResponse:
        """CAS has no errors for services: they get the person back without a ticket (§2.1.1, gateway)."""
        note_outcome(error)
        return _to(self.request.service)

    def decline_in(self, tx: Connection, waiting: Pending | None, now: int) -> None:
        if waiting is not None and not pending.answer_in(tx, waiting):
            raise Refusal(LOGIN_ALREADY_ANSWERED, "the waiting request was answered in another tab")

    def declined(self) -> BaseResponse:
        """To the service's own page if it has named one: behind the other URL it may send the person straight back here."""
        note_outcome("access_denied")
        return _to(self.service.client_uri or self.request.service)


def begin(request: LoginRequest, now: int) -> BaseResponse:
    """Answer a request, or send the person to the first step that they owe. Raises Refusal P01, P04: no redirect."""
    return sign_in.begin(_checked(request, now), now)


def waiting_request(waiting: Pending, now: int) -> CasRequest:
    """The waiting request within today's registrations. Raises Refusal P01, P04."""
    values: dict[str, Any] = json.loads(waiting.request)
    return _checked(LoginRequest(**values), now)


def _checked(request: LoginRequest, now: int) -> CasRequest:
    url = registrations.read_url(request.service)
    registered = registrations.of_url(url) if url is not None else None
    if url is None or registered is None:
        raise Refusal(UNKNOWN_SERVICE, "no service of CAS is registered with this URL")
    note_client(registered.id)
    if not registered.is_active:
        raise Refusal(SERVICE_SUSPENDED, f"{registered.id} is suspended")
    return CasRequest(replace(request, service=url.text), registered, current_login.current(now))


def _issue(request: CasRequest, session: Session, waiting: Pending | None, now: int) -> str:
    """A service ticket. A waiting request is answered once: the second answer raises Refusal R04."""
    account = session.account
    holder = Holder(account.id, session.sid, session.auth_time, account.credentials_generation)
    # Credentials were given for this very request: the session is not the one that it arrived with.
    is_new_login = waiting is not None and session.sid != waiting.asked.before
    with transaction(durable=False) as tx:
        if waiting is not None and not pending.answer_in(tx, waiting):
            raise Refusal(LOGIN_ALREADY_ANSWERED, "the waiting request was answered in another tab")
        sessions.touch_in(tx, session, now)
        service, url = request.registered.id, request.request.service
        return tickets.issue_in(tx, Kind.SERVICE, service, url, holder, now, is_new_login)


def _to(url: str) -> BaseResponse:
    return _not_stored(redirect(url, 303))


def _not_stored(response: Any) -> Response:
    response.headers["Cache-Control"] = "no-store"
    stored: Response = response
    return stored
