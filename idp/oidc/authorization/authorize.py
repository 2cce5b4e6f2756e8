"""/authorize: check the request, send the person to the first step owed, answer the relying party.

With a live session and no step owed: one SELECT and one INSERT. Otherwise the checked request waits, sealed, in a cookie,
and the dispatcher evaluates the list of steps after every page.
"""

from collections.abc import Sequence

from flask import Response, redirect, url_for

from idp.database.engine import transaction
from idp.oidc.authorization import issue_code, request_sources, responses
from idp.oidc.authorization.consent import is_owed
from idp.oidc.authorization.current_authorization import Authorization, authorization_of
from idp.oidc.authorization.rules.authorization_request import AuthorizationRequest
from idp.oidc.authorization.rules.levels import needed_level
from idp.oidc.authorization.rules.saved_request import from_json, to_json, within_registration
from idp.oidc.clients import registry
from idp.refusals import ProtocolRefusal, Refusal
from idp.refusals.requests import SERVICE_SUSPENDED
from idp.services import access
from idp.signin import current_login
from idp.signin.pending import Pending, Service, TooLarge
from idp.signin.rules.steps import CONSENT, Asked


def begin(parameters: Sequence[tuple[str, str]], now: int) -> Response:
    """Answer an authorization request, or send the person to the first step they owe."""
    # First: the generation of the clients comes with the session's row.
    current_login.current(now)
    authorization = authorization_of(*request_sources.read(parameters, now), now)
    conditions = asked_of(authorization, now)
    step = current_login.first_owed(conditions, None, now, consent_owed=is_owed(authorization))
    if step is None:
        return _answer(authorization, None, now)
    if authorization.request.silent:
        raise ProtocolRefusal(
            step.silent_error, "A page would have to be shown.", authorization.request.back_to
        )
    return wait_for(authorization, conditions, now)


def wait_for(authorization: Authorization, conditions: Asked, now: int) -> Response:
    """Store the checked request in a sealed cookie and redirect to the first step owed."""
    request = authorization.request
    try:
        address = current_login.begin_login(
            "oidc", to_json(request), conditions, _service(authorization), now
        )
    except TooLarge:
        raise ProtocolRefusal("invalid_request", "The request is too long.", request.back_to) from None
    return redirect(address, 303)  # type: ignore[return-value]


def resume(pending_id: str, now: int) -> Response:
    """After every page: redirect to the next step owed, or answer the relying party."""
    waiting = current_login.waiting_login(pending_id, now)
    if waiting.kind == "own":
        step = current_login.owed(waiting, now)
        # `request`: the endpoint of one of our own pages that asked for a login; only our own code writes it.
        endpoint = url_for(waiting.request) if step is None else url_for(step.endpoint, pending_id=pending_id)
        return redirect(endpoint, 303)  # type: ignore[return-value]
    authorization = waiting_authorization(waiting, now)
    step = current_login.owed(waiting, now, consent_owed=is_owed(authorization))
    if step is CONSENT:
        # Before consent: a person does not consent to a service that is closed.
        _refuse_if_closed(authorization, now)
    if step is not None:
        return redirect(url_for(step.endpoint, pending_id=pending_id), 303)  # type: ignore[return-value]
    return _answer(authorization, waiting, now)


def waiting_authorization(waiting: Pending, now: int) -> Authorization:
    """The waiting request, validated again. Raises Refusal P04 (client suspended meanwhile), P02, P07."""
    request = from_json(waiting.request)
    client = registry.active(request.client_id)
    if client is None:
        raise Refusal(SERVICE_SUSPENDED, "the client was suspended while its request waited")
    return authorization_of(within_registration(request, client.registration), client, now)


def agreed(authorization: Authorization, waiting: Pending, now: int) -> Response:
    """After consent: the answer, unless another step is owed by now."""
    if current_login.owed(waiting, now) is not None:
        return resume(waiting.id, now)
    return _answer(authorization, waiting, now)


def cancel(request: AuthorizationRequest, waiting: Pending, now: int) -> None:
    """The person cancels the login. Raises Refusal R04.

    Without a session no row is written: the browser drops the request, and a second answer would go to the same service,
    for the person who signs in.
    """
    with transaction() as tx:
        issue_code.give_up_in(tx, request, waiting if current_login.current(now) is not None else None, now)
    current_login.give_up(waiting, now)


def asked_of(authorization: Authorization, now: int) -> Asked:
    """The request's demands on the login, in the terms of its steps."""
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


def _answer(authorization: Authorization, waiting: Pending | None, now: int) -> Response:
    _refuse_if_closed(authorization, now)
    request, client, session = authorization.request, authorization.client, authorization.signed_in
    if not authorization.names_session:
        raise ProtocolRefusal("login_required", "Another person has signed in.", request.back_to)
    code = issue_code.issue(authorization, waiting, now)
    if request.device is not None:
        return redirect(url_for("oidc_pages.device_done"), 303)  # type: ignore[return-value]
    return responses.send_code(request.back_to, code, client.client_id, session.sid)


def _refuse_if_closed(authorization: Authorization, now: int) -> None:
    request, client, account = authorization.request, authorization.client, authorization.signed_in.account
    if closed := access.why_closed(client.service, account, now):
        if request.silent:
            raise ProtocolRefusal("access_denied", "The service is not open to this person.", request.back_to)
        raise Refusal(closed, f"{client.client_id} is not open to account {account.id}")


def _service(authorization: Authorization) -> Service:
    request, registration = authorization.request, authorization.client.registration
    return Service(
        registration.client_name,
        responses.origin(request.back_to.uri) if request.device is None else "",
        registration.client_uri,
        registration.logo_uri,
        registration.policy_uri,
        registration.tos_uri,
    )
