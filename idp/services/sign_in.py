"""The course of a login at a service, in any protocol: the steps owed, the consent, then the protocol's own answer."""

from flask import Response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from idp.audit import trail
from idp.database.engine import transaction
from idp.federation import upstreams
from idp.refusals import Refusal
from idp.refusals.requests import MALFORMED_SERVICE_REQUEST
from idp.services import access, consent
from idp.services.protocols import SignInRequest, protocol_of
from idp.signin import current_login
from idp.signin.pending import Pending, Service, TooLarge
from idp.signin.rules.steps import CONSENT, Asked, Step


def begin(request: SignInRequest, now: int) -> BaseResponse:
    """Answer a validated request, or send the person to the first step that they owe."""
    asked = request.asked(now)
    step = current_login.first_owed(asked, now, consent_owed=consent_is_owed(request))
    if step is None:
        return answer(request, None, now)
    if request.is_silent:
        return request.refuse(step.silent_error, "A page would have to be shown.")
    return wait(request, asked, now, step)


def wait(request: SignInRequest, asked: Asked, now: int, step: Step | None = None) -> BaseResponse:
    """Store the request in a sealed cookie and redirect to the page of `step`, the first one owed.

    None, and consent, before which the dispatcher looks whether the service is open: to the dispatcher. A login goes straight on
    to the upstream that the service has named, once: who comes back without a login gets the sign-in page.
    """
    service = request.service
    shown = Service(
        service.name,
        request.return_origin,
        service.client_uri,
        service.logo_uri,
        service.policy_uri,
        service.tos_uri,
        service.name_en,
    )
    school = service.accepted_schools[0] if len(service.accepted_schools) == 1 else None
    try:
        waiting = current_login.begin_login(request.protocol, request.to_text(), asked, shown, now, school)
    except TooLarge:
        return request.refuse("invalid_request", "The request is too long.")
    return redirect(_first_page(request, waiting, step), 303)


def _first_page(request: SignInRequest, waiting: Pending, step: Step | None) -> str:
    if step is None or step is CONSENT:
        return current_login.dispatcher(waiting.id)
    begins_login = step.name in ("profile", "sign_in")
    upstream = upstreams.hinted(request.hints, waiting.asked.profiles) if begins_login else None
    if upstream is not None:
        return f"{current_login.dispatcher(waiting.id)}/with/{upstream.name}"
    return url_for(step.endpoint, pending_id=waiting.id)


def resume(pending_id: str, now: int) -> BaseResponse:
    """After every page: redirect to the next step owed, or answer the service."""
    waiting = current_login.waiting_login(pending_id, now)
    if waiting.kind == "own":
        step = current_login.owed(waiting, now)
        # `request`: the endpoint of one of our own pages that asked for a login; only our own code writes it.
        endpoint = url_for(waiting.request) if step is None else url_for(step.endpoint, pending_id=pending_id)
        return redirect(endpoint, 303)
    request = waiting_request(waiting, now)
    step = current_login.owed(waiting, now, consent_owed=consent_is_owed(request))
    if step is CONSENT:
        # Before the question: a service that is not open is not consented to.
        refuse_if_closed(request, now)
    if step is not None:
        return redirect(url_for(step.endpoint, pending_id=pending_id), 303)
    return answer(request, waiting, now)


def waiting_request(waiting: Pending, now: int) -> SignInRequest:
    """The waiting request of a service, validated again by its protocol. Raises Refusal."""
    protocol = protocol_of(waiting.kind)
    if protocol is None:
        # A request from before a protocol was switched off.
        raise Refusal(MALFORMED_SERVICE_REQUEST, f"no protocol {waiting.kind}")
    return protocol.waiting(waiting, now)


def consent_is_owed(request: SignInRequest) -> bool:
    """Whether the consent page must be shown to the signed-in person. No statement for the school's own services."""
    if request.session is None:
        return False
    if request.consent_is_shown:
        return True
    # First-party requests need no consent, so their kinds are not computed.
    return not request.service.first_party and not consent.is_given(
        request.service, request.session.account, request.kinds
    )


def answer(request: SignInRequest, waiting: Pending | None, now: int) -> BaseResponse:
    """The protocol's answer for a person who owes no step, if the service is open to them."""
    if (response := refuse_if_closed(request, now)) is not None:
        return response
    return request.answer(waiting, now)


def refuse_if_closed(request: SignInRequest, now: int) -> Response | None:
    """A refusal if the service is not open to the signed-in person today: a page, or an error to a service that allows no page."""
    assert request.session is not None
    account = request.session.account
    if closed := access.why_closed(request.service, account, now):
        if request.is_silent:
            return request.refuse("access_denied", "The service is not open to this person.")  # type: ignore[return-value]
        raise Refusal(closed, f"{request.service.id} is not open to account {account.id}")
    return None


def agreed(request: SignInRequest, waiting: Pending, now: int) -> BaseResponse:
    """After consent: the answer, unless another step is owed by now."""
    if current_login.owed(waiting, now) is not None:
        return resume(waiting.id, now)
    return answer(request, waiting, now)


def refuse_consent(request: SignInRequest, waiting: Pending, now: int) -> BaseResponse:
    """The person refuses consent: back to the service, once. Raises Refusal R04."""
    assert request.session is not None
    actor = request.session.account.actor
    with transaction() as tx:
        request.decline_in(tx, waiting, now)
        trail.record(tx, now, "consent.refuse", actor, actor, client=request.service.id)
    return request.declined()


def cancel(request: SignInRequest, waiting: Pending, now: int) -> BaseResponse:
    """The person cancels the login: back to the service. Raises Refusal R04.

    Without a session no row is written: the browser drops the request, and a second answer would go to the same service,
    for the person who signs in.
    """
    with transaction() as tx:
        request.decline_in(tx, waiting if request.session is not None else None, now)
    current_login.give_up(waiting, now)
    return request.declined()
