"""Common to the three applications: login, callback, logout, back-channel logout, sessions.

Authlib's Flask client carries the protocol: discovery, PKCE, state, nonce, ID token, logout redirection.
"""

import json
import logging
import secrets
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from authlib.common.errors import AuthlibBaseError
from flask import Flask, Response, current_app, g, redirect, render_template, request, session, url_for
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response as BaseResponse

from clients import dates
from clients.backchannel import BadNotice, read_notice
from clients.configuration import Configuration
from clients.languages import current_language, init_languages
from clients.problems import handle_problems, login_problem
from clients.provider import Provider, join_provider
from clients.static_files import init_static_files
from clients.store import Store, Visitor

HERE = Path(__file__).parent
log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' {issuer}; "
    "form-action 'self' {issuer}; base-uri 'none'; frame-ancestors 'none'"
)
PROFILES = ("responsable eleve", "responsable", "eleve", "personnel")
"""What an entry page may ask for by `acr_values`."""
DRAFT = "draft"
"""The query parameter with which a form comes back filled in."""
LOGINS_AT_ONCE = 2
"""Unfinished logins of one browser, as in several tabs, beside the one that begins."""


def create_relying_party(
    name: str, title: str, configuration: Configuration, registration: dict[str, Any], tables: str = ""
) -> Flask:
    """A Flask application that can log people in at `configuration.issuer`, and keeps `tables` of its own.

    Scope, authentication method and algorithm are those of its `registration` document.
    """
    secure = configuration.base.startswith("https://")
    app = Flask(f"clients.{name}", static_folder=None, template_folder="templates")
    store = Store(configuration.data, tables)
    app.config.update(
        SECRET_KEY=store.secret("cookies"),
        SESSION_COOKIE_NAME=f"__Host-{name}_session" if secure else f"{name}_session",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=256 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
    )
    store.close()
    app.jinja_loader = ChoiceLoader(
        [app.jinja_loader or FileSystemLoader([]), FileSystemLoader(HERE / "templates")]
    )
    app.jinja_env.globals["once"] = lambda: secrets.token_urlsafe(16)
    app.jinja_env.filters.update(
        in_words=dates.in_words,
        with_year=dates.with_year,
        short_day=dates.short,
        upper_first=lambda words: words[:1].upper() + words[1:],
    )
    init_static_files(app)
    init_languages(app, f"{name}_language", _language_of_account)
    csrf = CSRFProtect(app)
    provider = join_provider(app, configuration, registration)
    app.extensions.update(store=store, configuration=configuration, provider=provider)
    app.context_processor(
        lambda: {
            "visitor": visitor(),
            "title": title,
            "name": name,
            "links": configuration.links,
            "account": f"{configuration.issuer}/account",
        }
    )
    app.add_url_rule("/login", view_func=login)
    app.add_url_rule("/callback", view_func=callback)
    app.add_url_rule("/logout", view_func=logout, methods=["POST"])
    app.add_url_rule("/logged-out", view_func=logged_out)
    app.add_url_rule("/backchannel-logout", view_func=csrf.exempt(backchannel_logout), methods=["POST"])
    handle_problems(app)
    app.after_request(_headers)
    app.teardown_appcontext(lambda _: store.close())
    return app


def store() -> Store:
    """The store of the current application."""
    opened: Store = current_app.extensions["store"]
    return opened


def configuration() -> Configuration:
    """The configuration of the current application."""
    loaded: Configuration = current_app.extensions["configuration"]
    return loaded


def now() -> int:
    """Epoch seconds."""
    return int(time.time())


def visitor() -> Visitor | None:
    """The logged-in person, read once per request; None without a session."""
    if "visitor" not in g:
        token = session.get("token")
        g.visitor = store().visitor(token, now())
        if g.visitor is None and session.pop("token", None):
            session["was_closed"] = True
            g.former = store().owner(token)
    current: Visitor | None = g.visitor
    return current


def _language_of_account() -> str:
    """The claim `locale` (OIDC Core §5.1), where this service receives it."""
    someone = visitor()
    return str(someone.person.get("locale", "")) if someone else ""


def session_was_closed() -> bool:
    """Whether this browser's session was ended elsewhere; true once."""
    visitor()
    return bool(session.pop("was_closed", False))


View = Callable[..., Any]
Guard = Callable[[View], View]


def logged_in(view: View) -> View:
    """A page for people who are logged in; others go through the login and come back to it.

    If the session was ended elsewhere, the entry page says so first.
    """

    @wraps(view)
    def page(*arguments: Any, **values: Any) -> Any:
        someone = visitor()
        if someone is not None:
            return view(someone, *arguments, **values)
        if request.method == "POST":
            session["unsent"] = _unsent()
        if session.get("was_closed"):
            return redirect("/")
        return redirect(url_for("login", next=request.path if request.method == "GET" else None))

    return page


def _unsent() -> str:
    """Where to return after the login when a form was sent without a session: to the form, with its draft."""
    rule, former = request.url_rule, g.get("former")
    if rule is None or "GET" not in (rule.methods or ()):
        return "/"
    return keep_draft(former) if former else request.path


def keep_draft(sub: str) -> str:
    """Store the form as its owner's draft (`clients.drafts`); returns the URL that shows it again."""
    fields = {name: text for name, text in request.form.items() if name not in ("csrf_token", "once")}
    store().keep_draft(sub, request.path, json.dumps(fields), now())
    return f"{request.path}?{DRAFT}=1"


def login() -> BaseResponse:
    """To the provider. `profile` (acr_values) is what the entry page has asked; `next` a path of this application."""
    # OIDC Core §3.1.2.1: the provider's pages in the language of this one.
    parameters = {"ui_locales": current_language()}
    if request.args.get("profile") in PROFILES:
        parameters["acr_values"] = request.args["profile"]
    session["next"] = _own_path(request.args.get("next") or session.pop("unsent", None))
    _forget_old_logins()
    try:
        response: BaseResponse = _provider().authorize_redirect(
            f"{configuration().base}/callback", **parameters
        )
    except (RequestException, AuthlibBaseError) as fault:
        return login_problem("unreachable", fault)
    return response


def callback() -> BaseResponse:
    """Back from the provider: issuer, state, code, ID token, userinfo; then a session under a new id."""
    provider = _provider()
    # RFC 9207: refuse a response of another provider (mix-up attack).
    if request.args.get("iss") != provider.issuer:
        return login_problem("mismatch")
    try:
        token = provider.authorize_access_token()
        claims = token["userinfo"]
        person = dict(provider.userinfo(token=token))
        sid, sub = claims["sid"], claims["sub"]
    except RequestException as fault:
        return login_problem("unreachable", fault)
    except AuthlibBaseError as fault:
        return login_problem(fault.error, fault)
    except (JoseError, KeyError, ValueError) as fault:
        return login_problem("mismatch", fault)
    if person.get("sub") != sub:
        return login_problem("mismatch")
    if someone := visitor():
        store().end_session(someone.digest, now())
    going = session.get("next", "/")
    session.clear()
    session["token"] = store().open_session(sid, sub, person, token["id_token"], now())
    return redirect(going)


def logout() -> BaseResponse:
    """End the session here, then at the provider (RP-Initiated Logout 1.0)."""
    someone = visitor()
    session.clear()
    if someone is None:
        return redirect("/")
    store().end_session(someone.digest, now())
    g.visitor = None
    back = f"{configuration().base}/logged-out"
    try:
        response: BaseResponse = _provider().logout_redirect(
            post_logout_redirect_uri=back, id_token_hint=someone.id_token, client_id=configuration().client_id
        )
    except (RequestException, AuthlibBaseError) as fault:
        return login_problem("half_logged_out", fault)
    return response


def logged_out() -> BaseResponse | str:
    """Back from the provider after a logout that began here."""
    try:
        _provider().validate_logout_response()
    except AuthlibBaseError:
        return redirect("/")
    return render_template("logged_out.html")


def backchannel_logout() -> Response:
    """OIDC Back-Channel Logout 1.0 §2.5, §2.8."""
    headers = {"Cache-Control": "no-store"}
    try:
        notice = read_notice(_provider(), request.form.get("logout_token", ""), now())
        fresh = store().end_by_notice(notice.jti, notice.expires_at, notice.sid, notice.sub, now())
        if not fresh:
            raise BadNotice("seen before")
    except (BadNotice, RequestException, AuthlibBaseError) as fault:
        log.warning("logout token refused: %s", fault)
        return Response('{"error": "invalid_request"}', 400, headers, mimetype="application/json")
    return Response(status=200, headers=headers)


def _provider() -> Provider:
    registered: Provider = current_app.extensions["provider"]
    return registered


def _forget_old_logins() -> None:
    """Keep what the newest unfinished logins need: each lies in the cookie, and a browser drops one beyond 4 KiB."""
    begun = [name for name in session if name.startswith("_state_provider_")]
    for name in sorted(begun, key=lambda name: session[name]["exp"])[:-LOGINS_AT_ONCE]:
        session.pop(name)


def _own_path(path: str | None) -> str:
    """`path` if it is a path of this application, otherwise "/": no redirect to another host."""
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path:
        return "/"
    return path if path.isprintable() else "/"


def _headers(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = POLICY.format(issuer=configuration().issuer)
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store"
    return response
