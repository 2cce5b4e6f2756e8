"""The person's side of RP-Initiated Logout 1.0: one question, then the way back if it was shown to be right.

Services that listen in the browser are told on the last page (Front-Channel Logout 1.0 §3).
"""

from urllib.parse import urlencode, urlsplit

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from idp.context import now
from idp.database import reading
from idp.federation import logout as federated_logout
from idp.oidc import answers, logout, logout_request
from idp.signin import cookies, visits

LONGEST_QUERY = 6000
"""Characters of a query that every server and proxy on the way takes."""


def answer() -> BaseResponse | str:
    """The answer to GET and POST /logout."""
    source = request.form if request.method == "POST" else request.args
    given = logout_request.once(source.items(multi=True))
    if request.method == "POST" and "confirm" not in given and cookies.session_token() is None:
        return _asked_again(given)
    asked = logout_request.read(given)
    session = visits.current(now())
    elsewhere = federated_logout.origin(session.sid, now()) if session is not None else None
    origins = [answers.origin(asked.redirect_uri)] if asked.redirect_uri else []
    g.form_action = " ".join(["'self'", *origins, *([elsewhere] if elsewhere else [])])
    if session is not None and "confirm" not in request.form:
        return render_template(
            "logout_confirm.html", fields=list(given.items()), client=asked.client, session=session
        )
    frames: list[str] = []
    if session is not None:
        current_app.extensions["csrf"].protect()
        frames = logout.front_channel(reading(), session.sid)
        logout.end(session, f"account:{session.account.id}", now())
    back_to = asked.redirect_uri
    if elsewhere and session is not None:
        home = url_for("federation.signed_out")
        back_to = federated_logout.address(session.sid, back_to or home, now()) or back_to
    if back_to and not frames:
        return _signed_out(redirect(back_to, 303))
    return _signed_out(_last_page(asked.client, frames, back_to))


def _signed_out(response: BaseResponse) -> BaseResponse:
    """Without the cookie that was brought. One that another site's form has left at home may belong to a live session."""
    return cookies.clear_session(response) if cookies.session_token() is not None else response


def _asked_again(given: dict[str, str]) -> BaseResponse:
    """A form of another site brings no SameSite=Lax cookie: asked again as a GET, it brings the session to be ended.

    What is too long for an address is left behind: the person still logs out, and stays here.
    """
    encoded = urlencode(given)
    address = url_for("oidc.end_session")
    return redirect(f"{address}?{encoded}" if len(encoded) <= LONGEST_QUERY else address, 303)


def _last_page(client: object, frames: list[str], back_to: str | None) -> Response:
    """The services' frames load here; with a way back, the page goes on by itself, with or without a script."""
    if frames:
        g.frames = " ".join(sorted({f"{urlsplit(one).scheme}://{urlsplit(one).netloc}" for one in frames}))
    return make_response(render_template("signed_out.html", client=client, frames=frames, back_to=back_to))
