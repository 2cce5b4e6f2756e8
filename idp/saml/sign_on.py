"""Single sign-on: the request of a service provider, and its answer, a form with a signed response (saml-profiles-2.0-os §4.1)."""

import dataclasses
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, g, make_response, render_template
from werkzeug.wrappers import Response as BaseResponse

from idp import deferred
from idp.crypto.opaque_tokens import digest
from idp.crypto.sealing import seal, unseal
from idp.database.engine import Connection, transaction
from idp.due_times import is_within
from idp.limits.storage import used_once
from idp.network.urls import origin_of
from idp.observability.requests import note_client, note_outcome
from idp.refusals import Refusal
from idp.refusals.requests import (
    LOGIN_ALREADY_ANSWERED,
    MALFORMED_SERVICE_REQUEST,
    SERVICE_SUSPENDED,
    UNKNOWN_SERVICE,
)
from idp.runtime.context import now, settings
from idp.saml import addresses, assertions, certificates, registrations
from idp.saml.registrations import PROTOCOL, SamlService
from idp.saml.rules import authn_request, names
from idp.saml.rules.authn_request import OLDEST, AuthnRequest, Judged, Status
from idp.services import sign_in
from idp.services.protocols import SignInRequest
from idp.services.rules.service import LEVELS, Service
from idp.services.storage import participants
from idp.services.storage.participants import Joined
from idp.signin import current_login, pending, sessions
from idp.signin.pending import Pending
from idp.signin.rules.steps import Asked
from idp.signin.sessions import Session
from keys.sealing import CannotUnseal

if TYPE_CHECKING:
    from idp.saml import bindings
    from idp.saml.xml import responses
    from idp.saml.xml.responses import NameId
else:
    bindings = deferred.module("idp.saml.bindings")
    responses = deferred.module("idp.saml.xml.responses")

CONTEXTS = ((names.PASSWORD, LEVELS[0]), (names.TWO_FACTORS, LEVELS[1]))
"""Authentication context classes, and the level of the login that each needs, the weakest first."""
_CONTEXT = "authentication request of SAML"
_ERRORS = {
    "login_required": Status(names.RESPONDER, names.NO_PASSIVE),
    "interaction_required": Status(names.RESPONDER, names.NO_PASSIVE),
    "consent_required": Status(names.RESPONDER, names.NO_PASSIVE),
    "account_selection_required": Status(names.RESPONDER, names.NO_PASSIVE),
    "access_denied": Status(names.RESPONDER, names.REQUEST_DENIED),
}
"""Errors of `SignInRequest.refuse` as status codes."""


@dataclass(frozen=True)
class SamlRequest(SignInRequest):
    """A judged request of a registered service provider. `request.id` is empty if our own page opens the service. `hint`: of the address that brought it."""

    protocol = PROTOCOL
    request: AuthnRequest
    relay_state: str | None
    registered: SamlService
    judged: Judged
    session: Session | None
    hint: str | None = None

    @property
    def service(self) -> Service:
        return self.registered.service

    @property
    def is_silent(self) -> bool:
        return self.request.is_passive

    @property
    def kinds(self) -> tuple[str, ...]:
        if self.session is None:
            return ()
        return self.registered.registration.kinds_of(self.session.account.kind)

    @property
    def consumer(self) -> str:
        """The registered address of the answer."""
        assert self.judged.consumer is not None
        return self.judged.consumer.location

    @property
    def hints(self) -> tuple[str, ...]:
        registered = self.registered.registration.idp_hint
        return authn_request.hints(self.request, self.hint, registered, addresses.entity_id())

    @property
    def return_origin(self) -> str:
        return origin_of(self.consumer)

    def asked(self, now: int) -> Asked:
        registration = self.registered.registration
        levels = (
            authn_request.accepted_levels(self.request.contexts, self.request.comparison, CONTEXTS)
            or LEVELS[:1]
        )
        return Asked(
            profiles=registration.accepted_profiles,
            prompt=("login",) if self.request.force_authn else (),
            level=max(registration.level, levels[0], key=LEVELS.index),
            before=self.session.sid if self.session is not None else None,
            at=now,
        )

    def to_text(self) -> str:
        return json.dumps(
            {"request": asdict(self.request), "relay_state": self.relay_state, "hint": self.hint}
        )

    def answer(self, waiting: Pending | None, now: int) -> BaseResponse:
        assert self.session is not None
        answer = assertions.answer(self.request, self.consumer, self.registered, self.session, now)
        if isinstance(answer, Status):
            return self._refused(answer, now)
        _join(self, self.session, answer.name_id, waiting, now)
        note_outcome("assertion")
        return self._posted(assertions.signed_response(answer, self.registered, now))

    def refuse(self, error: str, description: str) -> BaseResponse:
        note_outcome(error)
        status = _ERRORS.get(error, Status(names.RESPONDER, names.REQUEST_DENIED))
        return self._refused(dataclasses.replace(status, message=description), now())

    def decline_in(self, tx: Connection, waiting: Pending | None, now: int) -> None:
        _answer_once(tx, waiting)

    def declined(self) -> BaseResponse:
        return self.refuse("access_denied", "The person has cancelled.")

    def _refused(self, status: Status, now: int) -> BaseResponse:
        root = responses.refusal(
            status,
            addresses.entity_id(),
            self.consumer,
            self.request.id or None,
            certificates.signer(self.registered.registration.signature, now),
            assertions.new_id(),
            now,
        )
        return self._posted(root)

    def _posted(self, root: Any) -> BaseResponse:
        fields = [("SAMLResponse", bindings.form_value(root))]
        if self.relay_state is not None:
            fields.append(("RelayState", self.relay_state))
        g.form_action = origin_of(self.consumer)
        page: Response = make_response(render_template("form_post.html", action=self.consumer, fields=fields))
        page.headers["Cache-Control"] = "no-store"
        return page


def begin(
    request: AuthnRequest, relay_state: str | None, hint: str | None, service: SamlService, now: int
) -> BaseResponse:
    """Answer a request, or send the person to the first step that they owe. Raises Refusal P01, P04: nothing goes to the service."""
    made = _judged(request, relay_state, hint, service, now)
    if request.is_signed:
        _refuse_replay(request, now)
    return _answered(made, now)


def _answered(made: SamlRequest, now: int) -> BaseResponse:
    if made.judged.status is not None:
        return made._refused(made.judged.status, now)
    if authn_request.accepted_levels(made.request.contexts, made.request.comparison, CONTEXTS) is None:
        return made._refused(Status(names.RESPONDER, names.NO_AUTHN_CONTEXT), now)
    return sign_in.begin(made, now)


def sealed(
    request: AuthnRequest, relay_state: str | None, hint: str | None, service: SamlService, now: int
) -> str:
    """A judged request, sealed, for the GET that brings the session's cookie. Raises Refusal P01, P04."""
    made = _judged(request, relay_state, hint, service, now)
    if request.is_signed:
        _refuse_replay(request, now)
    return seal(json.dumps({"at": now, "request": made.to_text()}).encode(), _CONTEXT)


def resumed(sealed: str, now: int) -> BaseResponse:
    """Answer a sealed request. Raises Refusal."""
    try:
        values: dict[str, Any] = json.loads(unseal(sealed, _CONTEXT))
    except (CannotUnseal, ValueError) as fault:
        raise Refusal(MALFORMED_SERVICE_REQUEST, "a sealed request was changed") from fault
    if not is_within(now, values["at"], OLDEST):
        raise Refusal(MALFORMED_SERVICE_REQUEST, "a sealed request is too old")
    return _answered(_from_text(values["request"], now), now)


def open_service(service: SamlService, hint: str | None, now: int) -> BaseResponse:
    """Open a service without a request of its own (saml-profiles §4.1.5), if its registration has it. Raises Refusal."""
    if not service.registration.opened_here:
        raise Refusal(UNKNOWN_SERVICE, f"{service.id} is not opened from here")
    request = AuthnRequest("", service.registration.entity_id, now, destination=addresses.sign_on())
    # Nothing asked for it, so there is no signature that could be missing.
    return sign_in.begin(_judged(dataclasses.replace(request, is_signed=True), None, hint, service, now), now)


def waiting_request(waiting: Pending, now: int) -> SamlRequest:
    """The waiting request within today's registration. Raises Refusal."""
    return _from_text(waiting.request, now)


def _from_text(text: str, now: int) -> SamlRequest:
    values: dict[str, Any] = json.loads(text)
    members: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values["request"].items()
    }
    # It was judged when it arrived; since then it has waited for the person.
    request = dataclasses.replace(AuthnRequest(**members), issued_at=now)
    service = registrations.of_entity(request.issuer)
    if service is None:
        raise Refusal(UNKNOWN_SERVICE, "the service provider of a waiting request is no longer registered")
    # A request from before an upgrade has no hint.
    return _judged(request, values["relay_state"], values.get("hint"), service, now)


def _judged(
    request: AuthnRequest, relay_state: str | None, hint: str | None, service: SamlService, now: int
) -> SamlRequest:
    note_client(service.id)
    if not service.is_active:
        raise Refusal(SERVICE_SUSPENDED, f"{service.id} is suspended")
    judged = authn_request.judge(request, registrations.provider(service), addresses.sign_on(), now)
    if judged.fault is not None:
        raise Refusal(MALFORMED_SERVICE_REQUEST, judged.fault)
    return SamlRequest(request, relay_state, service, judged, current_login.current(now), hint)


def _refuse_replay(request: AuthnRequest, now: int) -> None:
    """A signed request is judged once: its page may be loaded again only as the login that waits. Raises Refusal.

    What is not signed anybody can send anew under another ID, so it leaves no row.
    """
    with transaction(durable=False) as tx:
        first = used_once.use(tx, digest(f"saml request\0{request.issuer}\0{request.id}"), now + 2 * OLDEST)
    if not first:
        raise Refusal(MALFORMED_SERVICE_REQUEST, "the request was sent before")


def _join(
    request: SamlRequest, session: Session, name_id: "NameId", waiting: Pending | None, now: int
) -> None:
    """The service takes part in the session from now on. A waiting request is answered once: the second raises Refusal R04."""
    joined = Joined(
        session.sid,
        session.account.id,
        request.registered.id,
        session.sid,
        json.dumps(asdict(name_id)),
        request.consumer,
    )
    with transaction(durable=False) as tx:
        _answer_once(tx, waiting)
        sessions.touch_in(tx, session, now)
        participants.join(tx, PROTOCOL, joined, now, settings().sessions.longest)


def _answer_once(tx: Connection, waiting: Pending | None) -> None:
    if waiting is not None and not pending.answer_in(tx, waiting):
        raise Refusal(LOGIN_ALREADY_ANSWERED, "the waiting request was answered in another tab")
