"""PyPI's pysaml2 as a service provider: it verifies with the program xmlsec1."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask, jsonify, redirect, request, session
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.client import Saml2Client
from saml2.config import SPConfig
from saml2.metadata import entity_descriptor
from saml2.response import StatusError

from tests.actors.person import Person
from tests.actors.saml_service import registered
from tests.conftest import Serve
from tests.peers.conftest import Served, missing
from tests.peers.passage import Peer, log_out
from tests.peers.saml_passage import frame_of, log_in, pem, posts_response
from tests.saml.credentials import credential


def client(folder: Path, issuer: str, at: str, encrypted: bool) -> Any:
    key, certificate = pem(credential("pysaml2"))
    (folder / "key.pem").write_text(key)
    (folder / "certificate.pem").write_text(certificate)
    metadata = folder / "idp.xml"
    metadata.write_bytes(requests.get(f"{issuer}/saml/metadata", timeout=20).content)
    files = {"key_file": str(folder / "key.pem"), "cert_file": str(folder / "certificate.pem")}
    config = SPConfig().load(
        {
            "entityid": f"{at}/metadata",
            "xmlsec_binary": shutil.which("xmlsec1"),
            **files,
            "encryption_keypairs": [files] if encrypted else [],
            "metadata": {"local": [str(metadata)]},
            "allow_unknown_attributes": True,
            "service": {
                "sp": {
                    "endpoints": {
                        "assertion_consumer_service": [(f"{at}/acs", BINDING_HTTP_POST)],
                        "single_logout_service": [(f"{at}/slo", BINDING_HTTP_REDIRECT)],
                    },
                    "authn_requests_signed": True,
                    "logout_requests_signed": True,
                    "want_assertions_signed": True,
                    "want_response_signed": True,
                    "signing_algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                    "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
                    "allow_unsolicited": False,
                }
            },
        }
    )
    return Saml2Client(config=config)


def service(folder: Path, issuer: str, encrypted: bool) -> Flask:
    app = Flask(__name__)
    app.secret_key = "for this test alone"
    clients: dict[str, Any] = {}
    asked: dict[str, str] = {}
    people: dict[str, Any] = {}

    def saml() -> Any:
        at = f"http://{request.host}"
        if at not in clients:
            clients[at] = client(folder, issuer, at, encrypted)
        return clients[at]

    @app.get("/metadata")
    def own_metadata() -> str:
        return str(entity_descriptor(saml().config))

    @app.get("/login")
    def login() -> Any:
        identifier, sent = saml().prepare_for_authenticate(
            relay_state="/me", is_passive="true" if "passive" in request.args else None
        )
        asked[identifier] = "/me"
        return redirect(dict(sent["headers"])["Location"])

    @app.post("/acs")
    def acs() -> Any:
        try:
            response = saml().parse_authn_request_response(
                request.form["SAMLResponse"], BINDING_HTTP_POST, asked
            )
        except StatusError as fault:
            return jsonify({"status": type(fault).__name__})
        session["person"] = response.name_id.text
        people[response.name_id.text] = {"attributes": response.ava, "name_id": response.name_id}
        return redirect("/me")

    @app.get("/me")
    def me() -> Any:
        person = people.get(session.get("person", ""))
        return jsonify(None if person is None else person["attributes"])

    @app.get("/logout")
    def logout() -> Any:
        name_id = people[session["person"]]["name_id"]
        sends = saml().do_logout(
            name_id, [f"{issuer}/saml/metadata"], "", None, expected_binding=BINDING_HTTP_REDIRECT
        )
        [(_, sent)] = sends.values()
        return redirect(dict(sent["headers"])["Location"])

    @app.get("/slo")
    def slo() -> Any:
        if "SAMLRequest" in request.args:
            asked_out = saml().parse_logout_request(request.args["SAMLRequest"], BINDING_HTTP_REDIRECT)
            people.pop(asked_out.message.name_id.text)
            return "", 200
        response = saml().parse_logout_request_response(request.args["SAMLResponse"], BINDING_HTTP_REDIRECT)
        people.pop(session.pop("person"))
        return jsonify({"signed out": response.status_ok()})

    return app


@pytest.fixture
def peer(served: Served, serve: Serve, tmp_path: Path, request: pytest.FixtureRequest) -> Peer:
    if shutil.which("xmlsec1") is None:
        missing("pysaml2 as a service provider", "xmlsec1")
    encrypted = getattr(request, "param", False)
    address = serve(service(tmp_path, served.issuer, encrypted))
    with served.app.app_context():
        guardian = served.world.guardian()
        own = requests.get(f"{address}/metadata", timeout=20).text
        registered(served.world, own, attribute_set="eduperson", encrypt=encrypted)
    return Peer(address, Person(), guardian)


@pytest.mark.parametrize("peer", [True, False], indirect=True, ids=["encrypted", "plain"])
def test_the_library_logs_a_person_in(peer: Peer) -> None:
    log_in(peer.person, f"{peer.address}/login", peer.guardian)
    shown = peer.shown()
    # By the attribute maps of the library: the OIDs are those of eduPerson.
    assert shown["sn"] == ["Durand"] and shown["eduPersonAffiliation"] == ["affiliate"]
    assert shown["eduPersonPrincipalName"] == [f"{peer.guardian.username}@localhost"]


def test_a_status_reaches_the_service(peer: Peer) -> None:
    peer.person.opens(f"{peer.address}/login?passive=1")
    posts_response(peer.person)
    assert peer.shown() == {"status": "StatusNoPassive"}


def test_a_logout_at_the_service_ends_the_session_and_comes_back(peer: Peer) -> None:
    log_in(peer.person, f"{peer.address}/login", peer.guardian)
    log_out(peer.person, f"{peer.address}/logout")
    assert peer.shown() == {"signed out": True}
    peer.person.opens(f"{peer.address}/login").sees("Connexion responsable")


def test_a_logout_at_the_provider_reaches_the_service_in_a_frame(served: Served, peer: Peer) -> None:
    """By SOAP the library verifies no message but those of its own kind: it writes the message anew, under other prefixes."""
    log_in(peer.person, f"{peer.address}/login", peer.guardian)
    log_out(peer.person, f"{served.issuer}/logout")
    peer.person.opens(frame_of(peer.person))
    assert peer.does("me") is None
