"""Logout at the request of a service, in any protocol: one confirmation, then every service of the session is notified.

The last page shows each service with what is known of it, and loads the addresses of services that are notified in the
browser in frames. The protocol checks the request first, and gives the address to return to, if there is one.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from idp.federation import logout as federated_logout
from idp.network.urls import origin_of
from idp.observability.requests import note_client
from idp.refusals import Refusal
from idp.services import closing, session_end
from idp.services.closing import Closing
from idp.services.rules.service import Service
from idp.signin import cookies, current_login
from idp.signin.pages import made_for

LONGEST_QUERY = 6000
"""Longest query in characters that servers and proxies accept."""


@dataclass(frozen=True)
class LogoutRequest:
    """`endpoint`, `parameters`: of the protocol's logout endpoint, for the form of the confirmation. `service`: that sent the person.

    `redirect_uri`: the checked address to return to; `partial_uri`: if a service could not be notified. `refusal`: why the request's address is not used (P08).
    `has_ended`: the service has ended its own session before it asked, and is not notified again.
    """

    endpoint: str
    parameters: dict[str, str]
    service: Service | None = None
    redirect_uri: str | None = None
    refusal: Refusal | None = None
    partial_uri: str | None = None
    has_ended: bool = False


def needs_get(parameters: dict[str, str]) -> bool:
    """Whether a POST from another site has to be repeated as a GET, so that the SameSite=Lax session cookie is sent."""
    return request.method == "POST" and "confirm" not in parameters and cookies.session_token() is None


def as_get(endpoint: str, parameters: dict[str, str]) -> BaseResponse:
    """The redirect to the GET. Parameters too long for a URL are dropped: the person is logged out without a way back to the service."""
    encoded = urlencode(parameters)
    address = url_for(endpoint)
    return redirect(f"{address}?{encoded}" if len(encoded) <= LONGEST_QUERY else address, 303)


def answer(asked: LogoutRequest, now: int) -> BaseResponse | str:
    """The confirmation page; after it, the end of the session and the last page, or the way back to the service."""
    if asked.service is not None:
        note_client(asked.service.id)
    session = current_login.current(now)
    elsewhere = federated_logout.origin(session.sid, now) if session is not None else None
    origins = [_source(asked.redirect_uri)] if asked.redirect_uri else []
    g.form_action = " ".join(["'self'", *origins, *([elsewhere] if elsewhere else [])])
    if session is not None and "confirm" in request.form:
        current_app.extensions["csrf"].protect()
    # A confirmation page rendered for another session is rendered again: it names the account that is signed out.
    if session is not None and ("confirm" not in request.form or not made_for.is_for(session)):
        fields = list(asked.parameters.items())
        return render_template(
            "logout_confirm.html", fields=fields, asked=asked, asking=asked.service, session=session
        )
    # The service that sent the person knows of the logout: it needs no address for notices.
    asking = asked.service.id if asked.service is not None else None
    frames: list[str] = []
    closed: list[Closing] = []
    if session is not None:
        without = asking if asked.has_ended else None
        frames = session_end.frames_of(session.sid, now, without)
        closed = closing.closings(session_end.end(session, session.account.actor, now, without))
    failed = any(entry.has_failed and entry.service_id != asking for entry in closed)
    back_to = (asked.partial_uri if failed else None) or asked.redirect_uri
    if elsewhere and session is not None:
        home = url_for("federation.signed_out")
        back_to = federated_logout.address(session.sid, back_to or home, now) or back_to
    if back_to and not frames and not failed:
        return _signed_out(redirect(back_to, 303))
    return _signed_out(_last_page(asked, frames, back_to, closed, failed, now))


def _signed_out(response: BaseResponse) -> BaseResponse:
    """Clear the session cookie only if this request carried it: a cross-site POST omits it, and the session may be live."""
    return cookies.clear_session(response) if cookies.session_token() is not None else response


def _last_page(
    asked: LogoutRequest,
    frames: list[str],
    back_to: str | None,
    closed: list[Closing],
    failed: bool,
    now: int,
) -> Response:
    """The page with the services' frames, and what is known of each service.

    With `back_to` it redirects by itself, with or without JavaScript, unless a service could not be notified.
    """
    if frames:
        g.frames = session_end.origins_of(frames)
    waits = any(entry.state == closing.State.SENT for entry in closed)
    again = closing.seal(closed, cookies.browser(), now) if waits else None
    values = {
        "asking": asked.service,
        "refusal": asked.refusal,
        "frames": frames,
        "back_to": back_to,
        "closings": closed,
        "failed": failed,
        "again": url_for("services.signed_out", sealed=again) if again else None,
        "watched": True,
    }
    return make_response(render_template("signed_out.html", **values))


def _source(uri: str) -> str:
    """The origin of a checked address as a source of form-action; the scheme alone for an app's own scheme."""
    origin = origin_of(uri)
    return origin if not origin.endswith("://") else origin.removesuffix("//")
