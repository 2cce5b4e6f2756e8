"""Pages of RP-Initiated Logout 1.0: one confirmation, then the redirect to the relying party if its address is valid.

The last page loads the front-channel logout URIs in frames (Front-Channel Logout 1.0 §3).
"""

from urllib.parse import urlencode

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from idp.federation import logout as federated_logout
from idp.observability.requests import note_client
from idp.oidc.authorization import responses
from idp.oidc.logout import request as logout_request
from idp.oidc.participants import session_end
from idp.signin import cookies, current_login
from idp.signin.pages import made_for

LONGEST_QUERY = 6000
"""Longest query in characters that servers and proxies accept."""


def answer(now: int) -> BaseResponse | str:
    """The answer to GET and POST /logout."""
    source = request.form if request.method == "POST" else request.args
    parameters = logout_request.once(source.items(multi=True))
    if request.method == "POST" and "confirm" not in parameters and cookies.session_token() is None:
        return _redirect_to_get(parameters)
    logout = logout_request.read(parameters, now)
    if logout.client is not None:
        note_client(logout.client.client_id)
    session = current_login.current(now)
    elsewhere = federated_logout.origin(session.sid, now) if session is not None else None
    origins = [responses.origin(logout.redirect_uri)] if logout.redirect_uri else []
    g.form_action = " ".join(["'self'", *origins, *([elsewhere] if elsewhere else [])])
    if session is not None and "confirm" in request.form:
        current_app.extensions["csrf"].protect()
    # A confirmation page rendered for another session is rendered again: it names the account that is signed out.
    if session is not None and ("confirm" not in request.form or not made_for.is_for(session)):
        return render_template(
            "logout_confirm.html", fields=list(parameters.items()), client=logout.client, session=session
        )
    frames: list[str] = []
    if session is not None:
        frames = session_end.front_channel(session.sid)
        session_end.end(session, session.account.actor, now)
    back_to = logout.redirect_uri
    if elsewhere and session is not None:
        home = url_for("federation.signed_out")
        back_to = federated_logout.address(session.sid, back_to or home, now) or back_to
    if back_to and not frames:
        return _signed_out(redirect(back_to, 303))
    return _signed_out(_last_page(logout, frames, back_to))


def _signed_out(response: BaseResponse) -> BaseResponse:
    """Clear the session cookie only if this request carried it: a cross-site POST omits it, and the session may be live."""
    return cookies.clear_session(response) if cookies.session_token() is not None else response


def _redirect_to_get(parameters: dict[str, str]) -> BaseResponse:
    """Redirect a cross-site POST to GET, so that the SameSite=Lax session cookie is sent.

    Parameters too long for a URL are dropped: the person is logged out without a redirect to the service.
    """
    encoded = urlencode(parameters)
    address = url_for("oidc.end_session")
    return redirect(f"{address}?{encoded}" if len(encoded) <= LONGEST_QUERY else address, 303)


def _last_page(logout: logout_request.LogoutRequest, frames: list[str], back_to: str | None) -> Response:
    """The page with the services' frames. With `back_to` it redirects by itself, with or without JavaScript."""
    if frames:
        g.frames = session_end.origins_of(frames)
    values = {"client": logout.client, "refusal": logout.refusal, "frames": frames, "back_to": back_to}
    return make_response(render_template("signed_out.html", **values))
