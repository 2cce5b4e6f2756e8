"""Request hooks around a form: claim its one-time key before, record its outcome after (`idp.answers.sending`)."""

import secrets

from flask import Flask, Response, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from idp.answers import sending
from idp.answers.rules.kept_answers import SENDING, plain_address
from idp.answers.sending import State
from idp.database.faults import DATABASE_FAULTS
from idp.refusals import Refusal
from idp.refusals.general import ANSWER_LOST
from idp.runtime.context import address, now
from idp.signin import cookies, current_login

FIELD = "once"
LONGEST_KEY = 60
MANY_TIMES = frozenset({"signin.language"})
"""Endpoints that may be called any number of times."""

FOR_STRANGERS = frozenset({"recovery"})
"""Blueprints whose forms carry a one-time key for anonymous visitors too: a second message would end the code of the first."""


def init_claims(app: Flask) -> None:
    """Register after the CSRF check: a forged form uses no key."""
    app.before_request(_claim)
    app.before_request(_show_first)
    app.jinja_env.globals["once"] = new_key


def init_outcomes(app: Flask) -> None:
    """Register before the redirect to stored responses, because the outcome is that redirect's target."""
    app.after_request(_settle)


def new_key() -> str:
    """The one-time key of a form, for a signed-in person or a form that sends a message; empty on other pages."""
    has_sender = request.environ.get("idp.session") or request.blueprint in FOR_STRANGERS
    return secrets.token_urlsafe(16) if has_sender else ""


def _sender() -> str | None:
    session = current_login.current(now())
    if session is not None:
        return session.account.actor
    return f"browser:{cookies.browser()}" if request.blueprint in FOR_STRANGERS else None


def _claim() -> BaseResponse | None:
    if request.method != "POST" or request.endpoint is None or request.endpoint in MANY_TIMES:
        return None
    key = request.form.get(FIELD, "") if request.mimetype != "application/json" else ""
    sender = _sender() if 0 < len(key) <= LONGEST_KEY else None
    if sender is None:
        return None
    name = sending.name_of(key, sender, request.path)
    if sender.startswith("browser:"):
        claimed = sending.claim_for_stranger(name, address(), now())
    else:
        claimed = sending.claim(name, now())
    if claimed is None:
        # Beyond the budget a form is processed without its key: no visitor is refused because of others.
        return None
    if claimed:
        g.sent_form = name
        return None
    return redirect(plain_address(request.path, _query(), {SENDING: key}), 303)


def _show_first() -> BaseResponse | None:
    """The page of a repeated submission: redirects to the first response as soon as it exists."""
    key = request.args.get(SENDING)
    if key is None or request.method not in ("GET", "HEAD") or request.endpoint in (None, "oidc.begin"):
        return None
    sender = _sender()
    if sender is None or len(key) > LONGEST_KEY:
        return redirect(plain_address(request.path, _query()), 303)
    first = sending.look(sending.name_of(key, sender, request.path), now())
    if first.state is State.SETTLED:
        return redirect(first.location, 303)
    if first.state is State.UNKNOWN:
        return redirect(plain_address(request.path, _query()), 303)
    if first.state is State.CUT_OFF:
        raise Refusal(ANSWER_LOST, f"a form sent to {request.path} was cut off")
    page = make_response(render_template("under_way.html"))
    page.headers["Refresh"] = "1"
    return page


def _settle(response: Response) -> Response:
    name = g.pop("sent_form", None)
    if name is None:
        return response
    # A page without a redirect, or a login or password that is asked for first: there is no stored response.
    judged = not g.get("not_judged", False) and 300 <= response.status_code < 400
    status = g.get("answer_status", response.status_code)
    try:
        if judged and status != 503:
            # After an unexpected exception the outcome is unknown: a repeated submission shows the same page.
            sending.settle(name, response.headers["Location"], refused=400 <= status < 500)
        else:
            sending.release(name)
    except DATABASE_FAULTS:
        return response
    return response


def _query() -> str:
    return request.query_string.decode("ascii", "replace")
