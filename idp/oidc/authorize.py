"""Entry and exit of a login: check the request, ask what is owed, answer the relying party.

With a live session and nothing owed, one SELECT and one INSERT. Otherwise the checked request waits under an opaque id,
and the dispatcher asks again after every page.
"""

from collections.abc import Sequence
from typing import Any

from flask import Response, redirect, url_for
from flask import request as http

from idp.context import settings
from idp.database import transaction
from idp.oidc import answers, availability, clients, consent, granting, request_sources, tokens
from idp.oidc.clients import Client
from idp.oidc.rules.authorization_request import AuthorizationRequest
from idp.oidc.rules.levels import needed_level
from idp.oidc.rules.waiting_request import from_json, to_json, within_registration
from idp.people.rules.accounts import AccountFacts
from idp.refusals import ProtocolRefusal, Refusal
from idp.signin import cookies, pending, visits
from idp.signin.pending import Pending, Service
from idp.signin.rules.steps import Asked


def begin(parameters: Sequence[tuple[str, str]], now: int) -> Response:
    """Answer an authorization request, or send the person to the first step they owe."""
    request = request_sources.read(parameters)
    asked = asked_of(request, now)
    step = visits.first_owed(asked, None, now)
    if step is None:
        session, client = visits.current(now), clients.find(request.client_id)
        assert session is not None and client is not None
        if not consent.is_owed(request, client, session.account):
            return _answer(request, None, now)
    if request.silent:
        error = step.silent_error if step is not None else "consent_required"
        raise ProtocolRefusal(error, "A page would have to be shown.", request.back_to)
    return wait_for(request, asked, now)


def wait_for(request: AuthorizationRequest, asked: Asked, now: int) -> Response:
    """Keep a checked request while its person owes steps, and send them to the first."""
    client = clients.find(request.client_id)
    assert client is not None
    pending_id = pending.keep(
        "oidc",
        to_json(request),
        asked,
        _service(client, request),
        cookies.browser(),
        now,
        settings().sessions.pending,
    )
    return redirect(url_for("oidc.resume", pending_id=pending_id), 303)  # type: ignore[return-value]


def resume(pending_id: str, now: int) -> Response:
    """After every page: send the person to the next step owed, or the relying party its answer."""
    waiting = pending.find(pending_id, cookies.browser(), now)
    step = visits.owed(waiting, now)
    if step is not None:
        return redirect(url_for(f"signin.{step.name}", pending_id=pending_id), 303)  # type: ignore[return-value]
    if waiting.kind == "own":
        # The endpoint of one of our own pages that asked for a login; only our own code writes it.
        return redirect(url_for(waiting.request), 303)  # type: ignore[return-value]
    request, client = waiting_request(waiting)
    session = visits.current(now)
    assert session is not None
    _refuse_if_closed(request, client, session.account, now)
    if consent.is_owed(request, client, session.account):
        return redirect(url_for("oidc_pages.consent", pending_id=pending_id), 303)  # type: ignore[return-value]
    return _answer(request, pending_id, now)


def waiting_request(waiting: Pending) -> tuple[AuthorizationRequest, Client]:
    """The request that waits, and its client. Raises Refusal P04 if that was suspended meanwhile, P02, P07."""
    request = from_json(waiting.request)
    client = clients.active(request.client_id)
    if client is None:
        raise Refusal("P04", "the client was suspended while its request waited")
    return within_registration(request, client.registration), client


def agreed(waiting: Pending, now: int) -> Response:
    """The person has just agreed on a page: the answer, if nothing else is owed by now."""
    if visits.owed(waiting, now) is not None:
        return resume(waiting.id, now)
    return _answer(waiting_request(waiting)[0], waiting.id, now)


def cancel(request: AuthorizationRequest, pending_id: str, now: int) -> None:
    """The person goes back without signing in, or without going on. Raises Refusal R04."""
    with transaction() as tx:
        granting.give_up_in(tx, request, pending_id, now)


def _answer(request: AuthorizationRequest, pending_id: str | None, now: int) -> Response:
    session, client = visits.current(now), clients.find(request.client_id)
    assert session is not None and client is not None
    _refuse_if_closed(request, client, session.account, now)
    if not _may_answer(request, client, session.account):
        raise ProtocolRefusal("login_required", "Another person has signed in.", request.back_to)
    code = granting.issue(request, client, session, pending_id, now)
    if request.device is not None:
        return redirect(url_for("oidc_pages.device_done"), 303)  # type: ignore[return-value]
    return answers.send_code(request.back_to, code, client.client_id, session.sid)


def _refuse_if_closed(request: AuthorizationRequest, client: Client, account: AccountFacts, now: int) -> None:
    if closed := availability.why_closed(client, account, now):
        if request.silent:
            raise ProtocolRefusal("access_denied", "The service is not open to this person.", request.back_to)
        raise Refusal(closed, f"{client.client_id} is not open to account {account.id}")


def asked_of(request: AuthorizationRequest, now: int) -> Asked:
    """What the request demands of the person, in the words of the sign-in room."""
    session, client = visits.current(now), clients.find(request.client_id)
    assert client is not None
    another = session is not None and not _may_answer(request, client, session.account)
    return Asked(
        profiles=request.profiles,
        before=session.sid if session is not None else None,
        at=now,
        prompt=(*request.prompt, "select_account") if another and not request.silent else request.prompt,
        max_age=request.max_age,
        hinted=_hinted(request, now),
        login_hint=request.login_hint,
        locales=request.ui_locales,
        level=needed_level(request.acr_values),
    )


def _hinted(request: AuthorizationRequest, now: int) -> int | None:
    """The account that id_token_hint names, None where nothing but its `sub` is known any more (`_may_answer`)."""
    if request.id_token_hint is None:
        return None
    client = clients.find(request.client_id)
    claims = _hint(request)
    if claims is None or client is None or claims["aud"] != client.client_id:
        raise ProtocolRefusal(
            "invalid_request", "id_token_hint is not an ID token of this client.", request.back_to
        )
    return tokens.account_of(client, claims["sub"], claims.get("sid"))


def _hint(request: AuthorizationRequest) -> dict[str, Any] | None:
    """The claims of the request's id_token_hint, verified once a request of the browser's; None without a good one."""
    if request.id_token_hint is None:
        return None
    read: dict[str, Any] = http.environ.setdefault("idp.hints", {})
    if request.id_token_hint not in read:
        read[request.id_token_hint] = tokens.read_hint(request.id_token_hint)
    found: dict[str, Any] | None = read[request.id_token_hint]
    return found


def _may_answer(request: AuthorizationRequest, client: Client, account: AccountFacts) -> bool:
    """Whether this is the person whom the request names by `sub`: in the claims parameter, or by an ID token as a hint.

    OIDC Core §5.5.1, §3.1.2.1. A hint may be older than the session that it came of.
    """
    wanted = request.claims.said("sub")
    hint = _hint(request)
    if (wanted is None or not wanted.values) and hint is None:
        return True
    subject = tokens.subject(client, account.subject)
    named = wanted is None or not wanted.values or subject in wanted.values
    return named and (hint is None or hint["sub"] == subject)


def _service(client: Client, request: AuthorizationRequest) -> Service:
    said = client.registration
    origin = answers.origin(request.back_to.uri) if request.device is None else ""
    return Service(said.client_name, origin, said.client_uri, said.logo_uri, said.policy_uri, said.tos_uri)
