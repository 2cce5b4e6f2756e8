"""Entry and exit of a login: check the request, ask what is owed, answer the relying party.

With a live session and nothing owed, one SELECT and one INSERT. Otherwise the checked request waits under an opaque id,
and the dispatcher asks again after every page.
"""

from collections.abc import Sequence

from flask import Response, redirect, url_for

from idp.context import settings
from idp.oidc import answers, availability, clients, code_grant, tokens
from idp.oidc.clients import Client
from idp.oidc.rules.authorization_request import (
    AuthorizationRequest,
    check,
    from_json,
    needed_level,
    to_json,
)
from idp.refusals import ProtocolRefusal, Refusal
from idp.signin import cookies, pending, visits
from idp.signin.pending import Pending, Service
from idp.signin.rules.steps import Asked


def begin(parameters: Sequence[tuple[str, str]], now: int) -> Response:
    """Answer an authorization request, or send the person to the first step they owe."""
    request = check(parameters, clients.find)
    asked = _asked(request, now)
    step = visits.first_owed(asked, None, now)
    if step is None:
        return _answer(request, None, now)
    if request.silent:
        raise ProtocolRefusal(step.silent_error, "A page would have to be shown.", request.back_to)
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
    return _finish(waiting, now)


def _finish(waiting: Pending, now: int) -> Response:
    request = from_json(waiting.request)
    if clients.active(request.client_id) is None:
        raise Refusal("P04", "the client was suspended while its request waited")
    return _answer(request, waiting.id, now)


def _answer(request: AuthorizationRequest, pending_id: str | None, now: int) -> Response:
    session, client = visits.current(now), clients.find(request.client_id)
    assert session is not None and client is not None
    if closed := availability.why_closed(client, session.account, now):
        if request.silent:
            raise ProtocolRefusal("access_denied", "The service is not open to this person.", request.back_to)
        raise Refusal(closed, f"{client.client_id} is not open to account {session.account.id}")
    return answers.send_code(request.back_to, code_grant.issue(request, session, pending_id, now))


def _asked(request: AuthorizationRequest, now: int) -> Asked:
    return Asked(
        profiles=request.profiles,
        asked_at=now,
        prompt=request.prompt,
        max_age=request.max_age,
        hinted=_hinted(request, now),
        login_hint=request.login_hint,
        locales=request.ui_locales,
        level=needed_level(request.acr_values),
    )


def _hinted(request: AuthorizationRequest, now: int) -> int | None:
    """The account that id_token_hint names: that of the live session, or -1 for anybody else (OIDC Core §3.1.2.1)."""
    if request.id_token_hint is None:
        return None
    claims = tokens.read_hint(request.id_token_hint)
    client = clients.find(request.client_id)
    if claims is None or client is None or claims["aud"] != client.client_id:
        raise ProtocolRefusal(
            "invalid_request", "id_token_hint is not an ID token of this client.", request.back_to
        )
    account = tokens.account_of(client, claims["sub"], claims.get("sid"))
    return account if account is not None else -1


def _service(client: Client, request: AuthorizationRequest) -> Service:
    said = client.registration
    origin = answers.origin(request.back_to.uri)
    return Service(said.client_name, origin, said.client_uri, said.logo_uri, said.policy_uri, said.tos_uri)
