"""A page that shows what Pronote receives by CAS: login, ticket, attributes, logout, single logout."""

from typing import Any

import requests
from cas import CASClient
from flask import Flask, Response, redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from clients.configuration import Configuration
from clients.languages import N_
from clients.received import Look, application, page

LOOK = Look(
    "Pronote (CAS)", "CAS", N_("La même école, par le protocole CAS, comme les vrais Pronote."), "pronote_cas"
)


def create_app(config: Configuration) -> Flask:
    """The WSGI application."""
    app, visits = application(config, "pronote_cas")

    def client() -> Any:
        return CASClient(version=3, server_url=f"{config.issuer}/cas/", service_url=f"{config.base}/login")

    @app.get("/")
    def home() -> str:
        person = visits.person(session["ticket"]) if "ticket" in session else None
        return page(LOOK, person, closed="ticket" in session and person is None)

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
            return page(LOOK, None, failed=True), 502
        visits.begin(ticket, _person(user, attributes or {}))
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

    return app


def _person(user: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "user": user,
        "named_by": "user",
        "first_name": attributes.get("prenom"),
        "family_name": attributes.get("nom"),
        "attributes": attributes,
    }
