"""A page that shows what Pronote receives by CAS: login, ticket, attributes, logout, single logout."""

from pathlib import Path
from typing import Any

import requests
from cas import CASClient
from flask import Flask, Response, redirect, render_template, request, session, url_for
from jinja2 import FileSystemLoader
from werkzeug.wrappers import Response as BaseResponse

from clients.configuration import Configuration
from clients.languages import init_languages
from clients.pronote_cas.visits import Visits

CLIENTS = Path(__file__).parent.parent
POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self' {issuer}"
)
LONGEST_NOTICE = 20_000


def create_app(config: Configuration) -> Flask:
    """The WSGI application."""
    visits = Visits(config.data)
    app = Flask(__name__, static_folder=str(CLIENTS / "static"))
    app.jinja_loader = FileSystemLoader([Path(__file__).parent / "templates", CLIENTS / "templates"])
    app.config.update(
        SECRET_KEY=visits.secret(),
        SESSION_COOKIE_NAME="pronote_cas_session",
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LONGEST_NOTICE,
    )
    init_languages(app, "pronote_cas_language")
    app.context_processor(lambda: {"name": "pronote_cas", "sheet": "pronote", "title": "Pronote (CAS)"})

    def client() -> Any:
        return CASClient(version=3, server_url=f"{config.issuer}/cas/", service_url=f"{config.base}/login")

    @app.get("/")
    def home() -> str:
        person = visits.person(session["ticket"]) if "ticket" in session else None
        closed = "ticket" in session and person is None
        return render_template("pronote_cas/home.html", person=person, closed=closed)

    @app.get("/login")
    def login() -> BaseResponse | tuple[str, int]:
        ticket = request.args.get("ticket", "")
        if not ticket:
            return redirect(client().get_login_url(), 303)
        try:
            user, attributes, _ = client().verify_ticket(ticket)
        except requests.RequestException:
            user = None
        if not user:
            return render_template("pronote_cas/home.html", person=None, closed=False, failed=True), 502
        visits.begin(ticket, {"user": user, "attributes": attributes or {}})
        session.clear()
        session["ticket"] = ticket
        return redirect(url_for("home"), 303)

    @app.post("/login")
    def notice() -> Response:
        """Single logout: the provider posts the ticket whose visit has ended (CAS Protocol 3.0.3 §2.3.3)."""
        for ended in client().get_saml_slos(request.form.get("logoutRequest", "")) or ():
            visits.end(ended.text or "")
        return Response(status=200)

    @app.get("/logout")
    def logout() -> BaseResponse:
        if "ticket" in session:
            visits.end(session["ticket"])
        session.clear()
        return redirect(client().get_logout_url(), 303)

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY.format(issuer=config.issuer)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    return app
