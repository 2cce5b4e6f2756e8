"""/authorize: check the request, then the course of a login that all protocols share, then the authorization response.

With a live session and no step owed: one SELECT and one INSERT. Otherwise the checked request waits, sealed, in a cookie,
and the dispatcher evaluates the list of steps after every page (`idp.services.sign_in`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from flask import redirect, url_for
from werkzeug.wrappers import Response

from idp.database.engine import Connection
from idp.oidc.authorization import issue_code, request_sources, responses
from idp.oidc.authorization.current_authorization import Authorization, authorization_of
from idp.oidc.authorization.rules import consent
from idp.oidc.authorization.rules.levels import needed_level
from idp.oidc.authorization.rules.saved_request import from_json, to_json, within_registration
from idp.oidc.clients import registry
from idp.oidc.clients.rules.consent_kinds import held_by
from idp.refusals import ProtocolRefusal, Refusal
from idp.refusals.requests import SERVICE_SUSPENDED
from idp.services import sign_in
from idp.services.protocols import SignInRequest
from idp.services.rules import hints
from idp.services.rules.service import Service
from idp.signin import current_login
from idp.signin.pending import Pending
from idp.signin.rules.steps import Asked
from idp.signin.sessions import Session

PROTOCOL = "oidc"


@dataclass(frozen=True)
class AuthorizationInHand(SignInRequest):
    """An authorization request, as `idp.services.sign_in` takes it to its answer."""

    protocol = PROTOCOL
    authorization: Authorization

    @property
    def session(self) -> Session | None:  # type: ignore[override]
        return self.authorization.session

    @property
    def service(self) -> Service:
        return self.authorization.client.service

    @property
    def is_silent(self) -> bool:
        return self.authorization.request.silent

    @property
    def is_device(self) -> bool:  # type: ignore[override]
        return self.authorization.request.device is not None

    @property
    def kinds(self) -> tuple[str, ...]:
        return consent.words(self.authorization.request, self.authorization.client.registration)

    @property
    def shown_kinds(self) -> tuple[str, ...]:
        session = self.session
        return self.kinds if session is None else held_by(session.account.kind, self.kinds)

    @property
    def consent_is_shown(self) -> bool:
        return consent.must_be_shown(self.authorization.request, self.authorization.client.registration)

    @property
    def hints(self) -> tuple[str, ...]:
        return hints.in_order(
            self.authorization.request.idp_hint, self.authorization.client.registration.idp_hint
        )

    @property
    def return_origin(self) -> str:
        return "" if self.is_device else responses.origin(self.authorization.request.back_to.uri)

    def asked(self, now: int) -> Asked:
        authorization = self.authorization
        request, session = authorization.request, authorization.session
        is_other_person = session is not None and not authorization.names_session
        return Asked(
            profiles=request.profiles,
            before=session.sid if session is not None else None,
            at=now,
            prompt=(*request.prompt, "select_account")
            if is_other_person and not request.silent
            else request.prompt,
            max_age=request.max_age,
            hinted=authorization.hinted_account,
            login_hint=request.login_hint,
            locales=request.ui_locales,
            level=needed_level(request.acr_values),
        )

    def to_text(self) -> str:
        return to_json(self.authorization.request)

    def answer(self, waiting: Pending | None, now: int) -> Response:
        authorization = self.authorization
        request = authorization.request
        if not authorization.names_session:
            raise ProtocolRefusal("login_required", "Another person has signed in.", request.back_to)
        code = issue_code.issue(authorization, waiting, now)
        if request.device is not None:
            return redirect(url_for("oidc_pages.device_done"), 303)
        return responses.send_code(
            request.back_to, code, authorization.client.client_id, authorization.signed_in.sid
        )

    def refuse(self, error: str, description: str) -> NoReturn:
        raise ProtocolRefusal(error, description, self.authorization.request.back_to)

    def decline_in(self, tx: Connection, waiting: Pending | None, now: int) -> None:
        issue_code.give_up_in(tx, self.authorization.request, waiting, now)

    def declined(self) -> Response:
        """Back to the service with access_denied, or to the device's last page."""
        if self.is_device:
            return redirect(url_for("oidc_pages.device_done", refused=1), 303)
        self.refuse("access_denied", "The person has not agreed.")


def begin(parameters: Sequence[tuple[str, str]], now: int) -> Response:
    """Answer an authorization request, or send the person to the first step they owe."""
    # First: the generation of the clients comes with the session's row.
    current_login.current(now)
    authorization = authorization_of(*request_sources.read(parameters, now), now)
    return sign_in.begin(AuthorizationInHand(authorization), now)


def wait_for(authorization: Authorization, now: int) -> Response:
    """Store the checked request in a sealed cookie and redirect to the first step owed."""
    request = AuthorizationInHand(authorization)
    return sign_in.wait(request, request.asked(now), now)


def waiting_request(waiting: Pending, now: int) -> AuthorizationInHand:
    """The waiting request, validated again. Raises Refusal P04 (client suspended meanwhile), P02, P07."""
    request = from_json(waiting.request)
    client = registry.active(request.client_id)
    if client is None:
        raise Refusal(SERVICE_SUSPENDED, "the client was suspended while its request waited")
    request = within_registration(request, client.registration)
    return AuthorizationInHand(authorization_of(request, client, now))
