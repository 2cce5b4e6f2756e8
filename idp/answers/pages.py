"""Every POST of a form is answered by a redirect: reload, Back and Forward never send a form again.

A view renders its response to a POST as usual. If the response is a page, it is stored here, and the browser is
redirected to the same URL with `?answer=<opaque id>`, which shows the page with its status. After it expires, or for
another viewer, that URL redirects to the page itself.
"""

from flask import Flask, Response, g, redirect, request, session, url_for
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response as BaseResponse

from idp.answers import keeping
from idp.answers.keeping import Viewer
from idp.answers.once import init_outcomes
from idp.answers.rules import kept_answers
from idp.answers.rules.kept_answers import HEADERS, PARAMETER, KeptAnswer
from idp.database.faults import DATABASE_FAULTS
from idp.runtime.context import now, settings
from idp.signin import cookies, current_login, sessions
from idp.web.sent_fields import init_sent_fields

PROTOCOLS = frozenset({"oidc", "cas", "saml"})
"""The blueprints for other sites' forms and for machines. Their own form is recognised by the CSRF token."""

REQUESTS = frozenset({"oidc.begin", "oidc.begin_by_form", "cas.begin", "cas.begin_by_form"})
"""A relying party's requests, which may have any parameter (OIDC Core §3.1.2.1), a CSRF token's name and PARAMETER too: no answer is stored at their address, and none is shown there."""


def init_answers(app: Flask) -> None:
    """Register before the security headers: those are set first, and are stored with the page."""
    app.before_request(_show_kept)
    init_outcomes(app)
    app.after_request(_keep)
    app.jinja_env.globals["this_page"] = this_page
    init_sent_fields(app)


def this_page() -> str:
    """The URL of the page itself without a stored response: for links and refreshes."""
    return kept_answers.plain_address(request.path, request.query_string.decode("ascii", "replace"))


def _show_kept() -> BaseResponse | None:
    if request.method == "POST":
        # A browser without a cookie gets its response directly: nothing could identify the viewer later.
        g.brought_cookie = bool(session)
        return None
    if PARAMETER not in request.args or request.method not in ("GET", "HEAD") or request.endpoint in REQUESTS:
        return None
    only_posts = isinstance(request.routing_exception, MethodNotAllowed)
    if request.endpoint is None and not only_posts:
        return None
    account = current_login.current(now())
    viewer = _viewer(account.account.id if account else None)
    kept_answer = keeping.find(request.args[PARAMETER], viewer, now())
    if kept_answer is None:
        return redirect(url_for("signin.home") if only_posts else this_page(), 303)
    response = Response(kept_answer.body, kept_answer.status, list(kept_answer.headers))
    response.headers["Cache-Control"] = "no-store"
    return response


def _keep(response: Response) -> Response:
    if request.method != "POST" or not g.get("brought_cookie") or not _is_answer_to_our_form(response):
        return response
    headers = {name: response.headers[name] for name in HEADERS if name in response.headers}
    if "Refresh" in headers:
        headers["Refresh"] = kept_answers.refresh_to(headers["Refresh"], this_page())
    g.answer_status = response.status_code
    answer = KeptAnswer(response.status_code, tuple(headers.items()), response.get_data())
    try:
        reference = keeping.keep(answer, _viewer(_account_after(response)), now())
    except DATABASE_FAULTS:
        return response
    if reference is None:
        return response
    shown_at = redirect(
        kept_answers.address_of(request.path, request.query_string.decode("ascii", "replace"), reference), 303
    )
    for cookie in response.headers.getlist("Set-Cookie"):
        shown_at.headers.add("Set-Cookie", cookie)
    shown_at.headers["Cache-Control"] = "no-store"
    return shown_at  # type: ignore[return-value]


def _is_answer_to_our_form(response: Response) -> bool:
    is_download = "Content-Disposition" in response.headers
    if not kept_answers.is_a_page(response.status_code, response.mimetype or "", is_download):
        return False
    if request.endpoint is None or request.endpoint in REQUESTS or response.direct_passthrough:
        return False
    if request.blueprint not in PROTOCOLS:
        return True
    try:
        return "csrf_token" in request.form
    except HTTPException:
        return False


def _viewer(account: int | None) -> Viewer:
    return Viewer(cookies.browser(), account, str(session.get("language", "")), request.path)


def _account_after(response: Response) -> int | None:
    """The session's account after the response: an act may have opened, renewed or ended the session."""
    signed_in = sessions.read(cookies.session_token_after(response), now(), settings().sessions)
    return signed_in.account.id if signed_in else None
