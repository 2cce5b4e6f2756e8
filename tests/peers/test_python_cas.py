"""PyPI's python-cas as a service: a page in a WSGI application, with attributes, proxying and single logout."""

from typing import Any

import pytest
from cas import CASClient
from flask import Flask, Response, jsonify, redirect, request, session

from tests.actors.cas_service import registered
from tests.actors.person import Person
from tests.actors.world import deliver_due
from tests.conftest import Serve
from tests.peers.conftest import Served
from tests.peers.passage import Peer, log_in, log_out

VERSIONS: dict[Any, str] = {1: "", 2: "nom", 3: "nom", "CAS_2_SAML_1_0": "nom"}
"""Version of the protocol, by python-cas's own names → an attribute that it reads."""


def service(issuer: str, version: Any, ended: list[str]) -> Flask:
    app = Flask(__name__)
    app.secret_key = "for this test alone"
    open_sessions: dict[str, dict[str, Any]] = {}

    def client() -> Any:
        return CASClient(
            version=version, server_url=f"{issuer}/cas/", service_url=f"http://{request.host}/me"
        )

    @app.get("/me")
    def me() -> Any:
        if session.get("ticket") in open_sessions:
            return jsonify(open_sessions[session["ticket"]])
        ticket = request.args.get("ticket")
        if ticket is None:
            return redirect(client().get_login_url())
        user, attributes, _ = client().verify_ticket(ticket)
        if not user:
            return Response(status=403)
        session["ticket"] = ticket
        open_sessions[ticket] = {"user": user, "attributes": attributes or {}}
        return redirect("/me")

    @app.post("/me")
    def notice() -> Response:
        for slo in client().get_saml_slos(request.form["logoutRequest"]):
            ended.append(slo.text)
            open_sessions.pop(slo.text)
        return Response()

    @app.get("/logout")
    def logout() -> Any:
        return redirect(client().get_logout_url(f"http://{request.host}/me"))

    return app


def peer(served: Served, serve: Serve, version: Any, ended: list[str]) -> Peer:
    address = serve(service(served.issuer, version, ended))
    with served.app.app_context():
        guardian = served.world.guardian()
        registered(served.world, service_urls=[f"{address}/me"])
    return Peer(address, Person(), guardian)


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_each_version_of_the_protocol_logs_a_person_in(served: Served, serve: Serve, version: Any) -> None:
    service = peer(served, serve, version, [])
    log_in(service.person, f"{service.address}/me", service.guardian)
    shown = service.shown()
    assert shown["user"] == service.guardian.username
    if name := VERSIONS[version]:
        assert shown["attributes"][name] in ("Durand", ["Durand"])


def test_a_logout_reaches_the_service(served: Served, serve: Serve) -> None:
    ended: list[str] = []
    service = peer(served, serve, 3, ended)
    log_in(service.person, f"{service.address}/me", service.guardian)
    log_out(service.person, f"{service.address}/logout")
    deliver_due(served.app)
    assert len(ended) == 1 and ended[0].startswith("ST-")
    service.person.opens(f"{service.address}/me").sees("Connexion responsable")
