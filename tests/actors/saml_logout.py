"""A service provider of SAML in a session, and its logout requests."""

from typing import Any

from flask.testing import FlaskClient
from lxml import etree

from idp.saml.xml.documents import SAML, SAMLP, element
from idp.saml.xml.times import write_time
from tests.actors.relying_party import signed_in_browser
from tests.actors.saml_service import ENTITY, NS, SamlService, assertion_of, metadata, registered
from tests.actors.world import World
from tests.saml.credentials import credential

OUT = "https://ent.example/saml/slo"
SOAP_OUT = "https://ent.example/saml/soap"
BY_BROWSER = (
    f'<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{OUT}"/>'
)
BY_SERVER = (
    f'<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="{SOAP_OUT}"/>'
)
KEYS = credential("service")


def signed_in(world: World, more: str = BY_BROWSER, **members: Any) -> tuple[SamlService, str, str]:
    """A service in a session, the name and the session index that it knows."""
    registered(world, metadata(KEYS, more=more), **members)
    ent = SamlService(world.app, world, signed_in_browser(world, world.guardian()), KEYS)
    assertion = assertion_of(ent.asks(), world)
    name = assertion.findtext("saml:Subject/saml:NameID", None, NS)
    statement = assertion.find("saml:AuthnStatement", NS)
    assert name is not None and statement is not None
    return ent, name, statement.get("SessionIndex", "")


def request(world: World, name: str, index: str, destination: str, issuer: str = ENTITY) -> etree._Element:
    root = element(
        None,
        SAMLP,
        "LogoutRequest",
        ID="_out1",
        Version="2.0",
        IssueInstant=write_time(world.clock()),
        Destination=destination,
    )
    element(root, SAML, "Issuer", issuer)
    element(root, SAML, "NameID", name)
    if index:
        element(root, SAMLP, "SessionIndex", index)
    return root


def is_signed_in(browser: FlaskClient) -> bool:
    return 'name="confirm"' in browser.get("/logout").text
