"""What the three have in common: login, callback, logout, back-channel logout, sessions, pages for what goes wrong.

Authlib's Flask client carries the protocol: discovery, PKCE, state, nonce, ID token, logout redirection.
"""

import logging
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.flask_client.apps import FlaskOAuth2App
from flask import Flask, Response, current_app, g, redirect, render_template, request, session, url_for
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from jinja2 import ChoiceLoader, FileSystemLoader
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from clients.backchannel import BadNotice, read_notice
from clients.configuration import Configuration
from clients.store import Store, Visitor

HERE = Path(__file__).parent
log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self' {issuer}; "
    "base-uri 'none'; frame-ancestors 'none'"
)
PROBLEMS = {
    "access_denied": "Vous n’avez pas accès à ce service avec ce compte.",
    "login_required": "La connexion n’a pas abouti.",
    "unreachable": "Le service de connexion ne répond pas pour le moment. Réessayez dans un instant.",
    "mismatch": "Cette connexion a été commencée ailleurs, ou a trop attendu.",
}


def create_relying_party(
    name: str, title: str, configuration: Configuration, registration: dict[str, Any], tables: str = ""
) -> Flask:
    """A Flask application that can log people in at `configuration.issuer`, and keeps `tables` of its own.

    It asks for the scope and authenticates by the method that its `registration` names.
    """
    secure = configuration.base.startswith("https://")
    app = Flask(f"clients.{name}", static_folder=str(HERE / "static"), template_folder="templates")
    store = Store(configuration.data, tables)
    app.config.update(
        SECRET_KEY=store.secret("cookies"),
        SESSION_COOKIE_NAME=f"__Host-{name}_session" if secure else f"{name}_session",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=256 * 1024,
        BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.jinja_loader = ChoiceLoader(
        [app.jinja_loader or FileSystemLoader([]), FileSystemLoader(HERE / "templates")]
    )
    Bootstrap5(app)
    csrf = CSRFProtect(app)
    oauth = OAuth(app)
    oauth.register(
        "provider",
        client_id=configuration.client_id,
        client_secret=configuration.client_secret,
        server_metadata_url=f"{configuration.issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": registration["scope"],
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_post"
            if name == "pronote"
            else "client_secret_basic",
            "timeout": 10,
        },
    )
    app.extensions.update(store=store, configuration=configuration, provider=oauth.provider, title=title)
    app.context_processor(
        lambda: {"visitor": visitor(), "title": title, "name": name, "links": configuration.links}
    )
    app.add_url_rule("/login", view_func=login)
    app.add_url_rule("/callback", view_func=callback)
    app.add_url_rule("/logout", view_func=logout, methods=["POST"])
    app.add_url_rule("/logged-out", view_func=logged_out)
    app.add_url_rule("/backchannel-logout", view_func=csrf.exempt(backchannel_logout), methods=["POST"])
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(CSRFError, _form_problem)
    app.after_request(_headers)
    return app


def store() -> Store:
    """The store of the application at work."""
    found: Store = current_app.extensions["store"]
    return found


def configuration() -> Configuration:
    found: Configuration = current_app.extensions["configuration"]
    return found


def now() -> int:
    """Epoch seconds."""
    return int(time.time())


def visitor() -> Visitor | None:
    """Who is logged in here, read once a request."""
    if "visitor" not in g:
        g.visitor = store().visitor(session.get("token"), now())
        g.session_was_closed = g.visitor is None and session.pop("token", None) is not None
    found: Visitor | None = g.visitor
    return found


def session_was_closed() -> bool:
    """Whether this browser had a session here that has been ended elsewhere."""
    visitor()
    return bool(g.session_was_closed)


View = Callable[..., Any]


def logged_in(view: View) -> View:
    """A page for people who are logged in; others go through the login and come back to it."""

    @wraps(view)
    def page(*arguments: Any, **values: Any) -> Any:
        someone = visitor()
        if someone is None:
            return redirect(url_for("login", next=request.path if request.method == "GET" else "/"))
        return view(someone, *arguments, **values)

    return page


def login() -> BaseResponse:
    """To the provider. `profile` (acr_values) is what the entry page has asked; `next` a path of this application."""
    asked = {"acr_values": request.args["profile"]} if request.args.get("profile") in ENTRIES else {}
    session["next"] = _own_path(request.args.get("next"))
    try:
        response: BaseResponse = _provider().authorize_redirect(f"{configuration().base}/callback", **asked)
    except (RequestException, AuthlibBaseError) as fault:
        return problem("unreachable", 502, fault)
    return response


ENTRIES = ("responsable eleve", "responsable", "eleve", "personnel")


def callback() -> BaseResponse:
    """Back from the provider: state, issuer, code, ID token, userinfo; then a session under a new id."""
    provider = _provider()
    try:
        # RFC 9207: an answer of another provider must not be mixed in.
        if request.args.get("iss") != provider.load_server_metadata()["issuer"]:
            return problem("mismatch", 400, None)
        token = provider.authorize_access_token()
        claims = token["userinfo"]
        person = dict(provider.userinfo(token=token))
    except RequestException as fault:
        return problem("unreachable", 502, fault)
    except AuthlibBaseError as fault:
        return problem(fault.error if fault.error in PROBLEMS else "mismatch", 400, fault)
    except (JoseError, KeyError) as fault:
        return problem("mismatch", 400, fault)
    if person.get("sub") != claims["sub"]:
        return problem("mismatch", 400, None)
    going = session.pop("next", "/")
    session.clear()
    session["token"] = store().open_session(claims["sid"], claims["sub"], person, token["id_token"], now())
    return redirect(going)


def logout() -> BaseResponse:
    """End the session here, then at the provider (RP-Initiated Logout 1.0)."""
    someone = visitor()
    if someone is None:
        return redirect("/")
    store().end_session(someone.digest, now())
    session.clear()
    back = f"{configuration().base}/logged-out"
    try:
        response: BaseResponse = _provider().logout_redirect(
            post_logout_redirect_uri=back, id_token_hint=someone.id_token, client_id=configuration().client_id
        )
    except (RequestException, AuthlibBaseError, RuntimeError) as fault:
        return problem("unreachable", 502, fault)
    return response


def logged_out() -> BaseResponse | str:
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
    except (BadNotice, RequestException) as fault:
        log.warning("logout notice refused: %s", fault)
        return Response('{"error": "invalid_request"}', 400, headers, mimetype="application/json")
    fresh = store().end_by_notice(notice.jti, notice.expires_at, notice.sid, notice.sub, now())
    if not fresh:
        return Response('{"error": "invalid_request"}', 400, headers, mimetype="application/json")
    return Response(status=200, headers=headers)


def problem(kind: str, status: int, fault: Exception | None) -> Response:
    """A page that says what happened and offers to start again; the log has the rest."""
    log.warning("login: %s: %s", kind, fault)
    return Response(render_template("problem.html", sentence=PROBLEMS[kind]), status)


def _provider() -> FlaskOAuth2App:
    return current_app.extensions["provider"]


def _own_path(path: str | None) -> str:
    """A path of this application and nothing else: no other host can be meant by it."""
    if (
        not path
        or not path.startswith("/")
        or path[1:2] in ("/", "\\")
        or not path.isprintable()
        or "\\" in path
    ):
        return "/"
    return path


def _http_problem(fault: HTTPException) -> Response:
    sentences = {404: "Cette page n’existe pas.", 405: "Cette page ne se demande pas de cette façon."}
    page = render_template(
        "problem.html", sentence=sentences.get(fault.code or 0, "Cette demande est mal formée.")
    )
    return Response(page, fault.code or 400)


def _form_problem(_: CSRFError) -> Response:
    page = render_template(
        "problem.html", sentence="Ce formulaire a trop attendu. Revenez à la page et renvoyez-le."
    )
    return Response(page, 400)


def _headers(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = POLICY.format(issuer=configuration().issuer)
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
    return response
