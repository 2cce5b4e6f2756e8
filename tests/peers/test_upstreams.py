"""Real identity providers as upstreams: this provider run a second time, by OpenID Connect and by SAML; PyPI's pysaml2 as an identity provider."""

import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask, Response, redirect, request
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID

from idp.app import create_app
from idp.runtime.context import system_clock
from tests.actors.person import Person
from tests.actors.saml_service import registered
from tests.actors.visitor import deliver_internal_messages
from tests.actors.world import Someone, World, deliver_due
from tests.conftest import fresh_database, settings_for
from tests.federation.bound import Bound, two_providers
from tests.pages import fields_of
from tests.peers.conftest import missing
from tests.peers.saml_passage import pem
from tests.saml.credentials import credential

with warnings.catch_warnings():
    # It offers a cipher that cryptography is about to drop, and that nobody uses here.
    warnings.simplefilter("ignore")
    from saml2.server import Server

MAIL = "paul@academie.example"
MATCH = {"profiles": ["personnel"], "match": "mail", "mail_domains": ["academie.example"]}


@dataclass
class Pair:
    """Our provider, the one that people come from, and Paul at both."""

    near: Bound
    far: Bound
    here: Someone
    there: Someone | None

    def opens(self, person: Person) -> Person:
        """From our sign-in page to the other provider."""
        person.opens(f"{self.near.issuer}/account").fills("profile=personnel")
        return person.follows("Se connecter avec Académie")

    def signs_in_there(self, person: Person) -> Person:
        assert self.there is not None
        if "Qui êtes-vous" in person.html:
            person.fills("profile=personnel")
        return person.fills(username=self.there.username, password=self.there.password)


def provider(bound: Bound, **sections: Any) -> tuple[Flask, World]:
    app = create_app(
        settings_for(fresh_database("sqlite"), server={"issuer": bound.issuer}, **sections), system_clock
    )
    return bound.serve(app), World(app, system_clock)


def upstream(**members: Any) -> dict[str, Any]:
    return {"providers": [{"name": "academie", "label": "Académie", **MATCH, **members}]}


@pytest.fixture
def by_oidc() -> Iterator[Pair]:
    with two_providers() as (near, far):
        app, world = provider(far)
        with app.app_context():
            there = world.staff("Paul", "Martin", mail=MAIL)
            client = world.relying_party(
                redirect_uris=[f"{near.issuer}/federation/callback"],
                post_logout_redirect_uris=[f"{near.issuer}/federation/signed_out"],
                backchannel_logout_uri=f"{near.issuer}/federation/academie/logout",
                scope="openid email",
            )
        app, world = provider(
            near,
            federation=upstream(
                issuer=far.issuer,
                client_id=client.client_id,
                client_secret=client.client_secret,
                scope="openid email",
            ),
        )
        with app.app_context():
            here = world.staff("Paul", "Martin", contact_mail=MAIL)
        yield Pair(near, far, here, there)


@pytest.fixture
def by_saml(tmp_path: Path) -> Iterator[Pair]:
    with two_providers() as (near, far):
        app, world = provider(far)
        with app.app_context():
            there = world.staff("Paul", "Martin", mail=MAIL)
        metadata = tmp_path / "upstream.xml"
        metadata.write_bytes(requests.get(f"{far.issuer}/saml/metadata", timeout=20).content)
        settings = upstream(
            protocol="saml",
            issuer=f"{far.issuer}/saml/metadata",
            metadata=str(metadata),
            match_attribute="mail",
        )
        app, world = provider(near, federation=settings)
        with app.app_context():
            here = world.staff("Paul", "Martin", contact_mail=MAIL)
        own = requests.get(f"{near.issuer}/federation/saml/academie/metadata", timeout=20).text
        assert far.app is not None
        with far.app.app_context():
            registered(
                World(far.app, system_clock),
                own,
                attribute_set="plain",
                attributes={"mail": "mail"},
                accepted_profiles=["personnel"],
                name_id="persistent",
            )
        yield Pair(near, far, here, there)


def test_this_provider_as_an_openid_upstream(by_oidc: Pair) -> None:
    person = by_oidc.signs_in_there(by_oidc.opens(Person()))
    person.sees("Mes informations", by_oidc.here.username)
    person.opens(f"{by_oidc.near.issuer}/logout").fills(confirm="1")
    person.sees("Se déconnecter ?").fills(confirm="1").sees("déconnecté")
    assert person.address.startswith(by_oidc.near.issuer), "their logout leads back"


def test_their_logout_ends_our_session_by_back_channel(by_oidc: Pair) -> None:
    person = by_oidc.signs_in_there(by_oidc.opens(Person())).sees("Mes informations")
    Person(person.http).opens(f"{by_oidc.far.issuer}/logout").fills(confirm="1")
    assert by_oidc.far.app is not None
    deliver_due(by_oidc.far.app)
    person.opens(f"{by_oidc.near.issuer}/account")
    assert "Mes informations" not in person.html


def test_this_provider_as_a_saml_upstream(by_saml: Pair) -> None:
    """The assertion is encrypted for our key, and both are signed."""
    person = by_saml.signs_in_there(by_saml.opens(Person()))
    person.fills(SAMLResponse=fields_of(person.html)["SAMLResponse"])
    person.sees("Mes informations", by_saml.here.username)
    person.opens(f"{by_saml.near.issuer}/logout").fills(confirm="1")
    person.sees("Se déconnecter ?").fills(confirm="1").sees("déconnecté")
    assert person.address.startswith(by_saml.near.issuer), "their logout leads back"


def test_their_saml_logout_ends_our_session_by_soap(by_saml: Pair) -> None:
    person = by_saml.signs_in_there(by_saml.opens(Person()))
    person.fills(SAMLResponse=fields_of(person.html)["SAMLResponse"]).sees("Mes informations")
    Person(person.http).opens(f"{by_saml.far.issuer}/logout").fills(confirm="1")
    assert by_saml.far.app is not None
    deliver_internal_messages(by_saml.far.app)
    deliver_due(by_saml.far.app)
    person.opens(f"{by_saml.near.issuer}/account")
    assert "Mes informations" not in person.html


def identity_provider(folder: Path, at: Bound, near: Bound) -> Flask:
    """pysaml2 as an identity provider: it signs with xmlsec1, and knows one person."""
    key, certificate = pem(credential("pysaml2 idp"))
    (folder / "key.pem").write_text(key)
    (folder / "certificate.pem").write_text(certificate)
    base = {
        "entityid": f"{at.issuer}/metadata",
        "xmlsec_binary": shutil.which("xmlsec1"),
        "key_file": str(folder / "key.pem"),
        "cert_file": str(folder / "certificate.pem"),
        "service": {
            "idp": {
                "endpoints": {
                    "single_sign_on_service": [(f"{at.issuer}/sso", BINDING_HTTP_REDIRECT)],
                    "single_logout_service": [(f"{at.issuer}/slo", BINDING_HTTP_REDIRECT)],
                },
                "want_authn_requests_signed": True,
                "sign_assertion": True,
                "sign_response": True,
                "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
                "signing_algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256",
            }
        },
    }
    app, servers = Flask(__name__), {}

    def server() -> Any:
        if not servers:
            sp = folder / "sp.xml"
            sp.write_bytes(
                requests.get(f"{near.issuer}/federation/saml/academie/metadata", timeout=20).content
            )
            servers["idp"] = Server(config=IdPConfig().load({**base, "metadata": {"local": [str(sp)]}}))
        return servers["idp"]

    @app.get("/metadata")
    def metadata() -> Response:
        return Response(str(entity_descriptor(IdPConfig().load(base))), content_type="text/xml")

    @app.get("/sso")
    def sso() -> str:
        values = request.args
        asked = server().parse_authn_request(
            values["SAMLRequest"],
            BINDING_HTTP_REDIRECT,
            sigalg=values["SigAlg"],
            signature=values["Signature"],
            relay_state=values.get("RelayState"),
        )
        message = asked.message
        name = NameID(format=NAMEID_FORMAT_PERSISTENT, text="person-42")
        answer = server().create_authn_response(
            {"mail": [MAIL]},
            message.id,
            message.assertion_consumer_service_url,
            message.issuer.text,
            name_id=name,
            authn={"class_ref": PASSWORDPROTECTEDTRANSPORT},
            sign_response=True,
            sign_assertion=True,
            encrypt_assertion=False,
        )
        sent = server().apply_binding(
            BINDING_HTTP_POST, str(answer), message.assertion_consumer_service_url, "", response=True
        )
        return str(sent["data"])

    @app.get("/slo")
    def slo() -> Any:
        values = request.args
        asked = server().parse_logout_request(
            values["SAMLRequest"],
            BINDING_HTTP_REDIRECT,
            relay_state=values["RelayState"],
            sigalg=values["SigAlg"],
            signature=values["Signature"],
        )
        answer = server().create_logout_response(asked.message, [BINDING_HTTP_REDIRECT])
        sent = server().apply_binding(
            BINDING_HTTP_REDIRECT,
            str(answer),
            f"{near.issuer}/federation/saml/academie/slo",
            request.args["RelayState"],
            response=True,
        )
        return redirect(dict(sent["headers"])["Location"])

    return app


@pytest.fixture
def by_pysaml2(tmp_path: Path) -> Iterator[Pair]:
    if shutil.which("xmlsec1") is None:
        missing("pysaml2 as an identity provider", "xmlsec1")
    with two_providers() as (near, far):
        far.serve(identity_provider(tmp_path, far, near))
        metadata = tmp_path / "upstream.xml"
        metadata.write_bytes(requests.get(f"{far.issuer}/metadata", timeout=20).content)
        settings = upstream(
            protocol="saml",
            issuer=f"{far.issuer}/metadata",
            metadata=str(metadata),
            match_attribute="mail",
        )
        app, world = provider(near, federation=settings)
        with app.app_context():
            here = world.staff("Paul", "Martin", contact_mail=MAIL)
        yield Pair(near, far, here, None)


def test_pysaml2_as_an_upstream_and_its_logout(by_pysaml2: Pair) -> None:
    person = by_pysaml2.opens(Person())
    person.fills(SAMLResponse=fields_of(person.html)["SAMLResponse"])
    person.sees("Mes informations", by_pysaml2.here.username)
    person.opens(f"{by_pysaml2.near.issuer}/logout").fills(confirm="1").sees("déconnecté")
    assert person.address.startswith(by_pysaml2.near.issuer)
