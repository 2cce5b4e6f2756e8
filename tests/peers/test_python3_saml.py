"""PyPI's python3-saml as a service provider, as its documentation has it: strict, signed in both directions."""

from typing import Any

import pytest
import requests
from flask import Flask, jsonify, redirect, request, session
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from idp.saml.rules import names
from tests.actors.person import Person
from tests.actors.saml_service import registered
from tests.conftest import Serve
from tests.peers.conftest import Served
from tests.peers.passage import Peer, log_out
from tests.peers.saml_passage import frame_of, log_in, pem
from tests.saml.credentials import credential


def service(issuer: str, encrypted: bool) -> Flask:
    app = Flask(__name__)
    app.secret_key = "for this test alone"
    metadata = requests.get(f"{issuer}/saml/metadata", timeout=20).content
    key, certificate = pem(credential("python3-saml"))

    def settings() -> dict[str, Any]:
        at = f"http://{request.host}"
        own = {
            "strict": True,
            "sp": {
                "entityId": f"{at}/metadata",
                "assertionConsumerService": {"url": f"{at}/acs", "binding": names.POST},
                "singleLogoutService": {"url": f"{at}/slo", "binding": names.REDIRECT},
                "NameIDFormat": names.PERSISTENT,
                "x509cert": certificate,
                "privateKey": key,
            },
            "security": {
                "authnRequestsSigned": True,
                "logoutRequestSigned": True,
                "logoutResponseSigned": True,
                "wantMessagesSigned": True,
                "wantAssertionsSigned": True,
                "wantAssertionsEncrypted": encrypted,
                "wantNameIdEncrypted": False,
                "signatureAlgorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                "digestAlgorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
                "rejectDeprecatedAlgorithm": True,
                "requestedAuthnContext": False,
            },
        }
        known = OneLogin_Saml2_IdPMetadataParser.parse(metadata)
        merged: dict[str, Any] = OneLogin_Saml2_IdPMetadataParser.merge_settings(own, known)
        return merged

    def auth() -> Any:
        seen = {
            "https": "off",
            "http_host": request.host,
            "script_name": request.path,
            "get_data": request.args.copy(),
            "post_data": request.form.copy(),
            "query_string": request.query_string.decode(),
        }
        return OneLogin_Saml2_Auth(seen, settings())

    @app.get("/metadata")
    def own_metadata() -> Any:
        return OneLogin_Saml2_Settings(settings(), sp_validation_only=True).get_sp_metadata()

    @app.get("/login")
    def login() -> Any:
        saml = auth()
        address = saml.login(return_to="/me")
        session["asked"] = saml.get_last_request_id()
        return redirect(address)

    @app.post("/acs")
    def acs() -> Any:
        saml = auth()
        saml.process_response(request_id=session.pop("asked", None))
        if saml.get_errors():
            return jsonify({"errors": saml.get_errors(), "why": saml.get_last_error_reason()})
        session["person"] = {
            "name": saml.get_nameid(),
            "index": saml.get_session_index(),
            "attributes": saml.get_attributes(),
        }
        return redirect("/me")

    @app.get("/me")
    def me() -> Any:
        return jsonify(session.get("person"))

    @app.get("/logout")
    def logout() -> Any:
        saml, person = auth(), session["person"]
        address = saml.logout("/bye", person["name"], person["index"], name_id_format=names.PERSISTENT)
        session["left"] = saml.get_last_request_id()
        return redirect(address)

    @app.get("/slo")
    def slo() -> Any:
        saml = auth()
        onward = saml.process_slo(request_id=session.get("left"), delete_session_cb=session.clear)
        return (
            redirect(onward)
            if onward
            else jsonify({"errors": saml.get_errors(), "person": session.get("person")})
        )

    return app


def peer(served: Served, serve: Serve, encrypted: bool = False) -> Peer:
    address = serve(service(served.issuer, encrypted))
    with served.app.app_context():
        guardian = served.world.guardian()
        own = requests.get(f"{address}/metadata", timeout=20).text
        registered(served.world, own, attribute_set="educonnect", encrypt=encrypted)
    return Peer(address, Person(), guardian)


@pytest.mark.parametrize("encrypted", [True, False])
def test_the_library_logs_a_person_in(served: Served, serve: Serve, encrypted: bool) -> None:
    entered = peer(served, serve, encrypted)
    log_in(entered.person, f"{entered.address}/login", entered.guardian)
    shown = entered.shown()
    assert shown["attributes"]["urn:oid:2.5.4.4"] == ["Durand"]
    assert shown["attributes"]["urn:oid:1.3.6.1.4.1.20326.10.999.1.5"] == [f"{served.issuer}/logout"]


def test_a_logout_at_the_service_ends_the_session_and_comes_back(served: Served, serve: Serve) -> None:
    entered = peer(served, serve)
    log_in(entered.person, f"{entered.address}/login", entered.guardian)
    log_out(entered.person, f"{entered.address}/logout")
    assert entered.shown() == {"errors": [], "person": None}
    entered.person.opens(f"{entered.address}/login").sees("Connexion responsable")


def test_a_logout_at_the_provider_reaches_the_service_in_a_frame(served: Served, serve: Serve) -> None:
    entered = peer(served, serve)
    log_in(entered.person, f"{entered.address}/login", entered.guardian)
    log_out(entered.person, f"{served.issuer}/logout")
    response = entered.person.http.get(frame_of(entered.person), timeout=20)
    assert response.url.startswith(f"{served.issuer}/saml/slo?") and "SAMLResponse=" in response.url
    assert entered.does("me") is None
