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
from idp.services.protocols import InBrowser
from idp.services.rules.service import Service
from idp.signin import cookies, current_login
from idp.signin.pages import made_for

LONGEST_QUERY = 6000
"""Longest query in characters that servers and proxies accept."""


@dataclass(frozen=True)
class WayBack:
    """A checked address to return to; with `fields`, by a form that posts them there."""

    address: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class LogoutRequest:
    """`endpoint`, `parameters`: of the protocol's logout endpoint, for the form of the confirmation. `service`: that sent the person.

    `way_back`: to the service; `partial`: the same if a service could not be notified. `refusal`: why the request's address is not used (P08).
    `has_ended`: the service has ended its own session before it asked, and is not notified again.
    """

    endpoint: str
    parameters: dict[str, str]
    service: Service | None = None
    way_back: WayBack | None = None
    refusal: Refusal | None = None
    partial: WayBack | None = None
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
    origins = [_source(asked.way_back.address)] if asked.way_back else []
    targets = ["'self'", *origins, *([elsewhere] if elsewhere else [])]
    g.form_action = " ".join(targets)
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
    notices: list[InBrowser] = []
    closed: list[Closing] = []
    if session is not None:
        without = asking if asked.has_ended else None
        notices = session_end.in_browser(session.sid, now, without)
        g.form_action = " ".join([*targets, *session_end.form_targets(notices)])
        closed = closing.closings(session_end.end(session, session.account.actor, now, without))
    failed = any(entry.has_failed and entry.service_id != asking for entry in closed)
    back_to = (asked.partial if failed else None) or asked.way_back
    if elsewhere and session is not None:
        back_to = _by_way_of(session.sid, back_to, now)
    if back_to and not notices and not failed:
        return _signed_out(at_once(back_to))
    return _signed_out(_last_page(asked, notices, back_to, closed, failed, now))


def _by_way_of(sid: str, back_to: WayBack | None, now: int) -> WayBack | None:
    """The logout at the provider that the person has come from; it leads on to an address, never on to a form."""
    onward = back_to.address if back_to and not back_to.fields else url_for("federation.signed_out")
    elsewhere = federated_logout.address(sid, onward, now)
    return WayBack(elsewhere.address, elsewhere.fields) if elsewhere else back_to


def at_once(back_to: WayBack) -> BaseResponse:
    """Lead the browser there without a page of ours: by a redirect, or by a form that posts itself."""
    if not back_to.fields:
        return redirect(back_to.address, 303)
    g.form_action = origin_of(back_to.address)
    page = render_template("form_post.html", action=back_to.address, fields=back_to.fields)
    return make_response(page)


def _signed_out(response: BaseResponse) -> BaseResponse:
    """Clear the session cookie only if this request carried it: a cross-site POST omits it, and the session may be live."""
    return cookies.clear_session(response) if cookies.session_token() is not None else response


def _last_page(
    asked: LogoutRequest,
    notices: list[InBrowser],
    back_to: WayBack | None,
    closed: list[Closing],
    failed: bool,
    now: int,
) -> Response:
    """The page that carries notices to services, and shows what is known of each service.

    With `back_to` it redirects by itself, with or without JavaScript, unless a service could not be notified.
    """
    if notices:
        g.frames = session_end.frame_sources(notices)
    waits = any(entry.state == closing.State.SENT for entry in closed)
    again = closing.seal(closed, cookies.browser(), now) if waits else None
    values = {
        "asking": asked.service,
        "refusal": asked.refusal,
        "notices": notices,
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
