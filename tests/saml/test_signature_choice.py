"""ECDSA-SHA256 for the services that ask for it, RSA-SHA256 for the others: two certificates, each rotated by itself."""

import base64
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml.verifier import SignatureConfiguration, XMLVerifier

from idp.durations import DAY
from idp.saml import addresses, certificates, our_metadata, registrations
from idp.saml.bindings import from_query, redirect
from idp.saml.rules.registration import ECDSA, RSA
from idp.saml.xml.documents import DS, SAML
from idp.services import registration
from idp.services.rules.registration import to_document
from idp.services.rules.registration_reader import MetadataFaults
from tests.actors.relying_party import signed_in_browser
from tests.actors.saml_logout import BY_BROWSER, KEYS, OUT, request, signed_in
from tests.actors.saml_service import SamlService, registered, response_of
from tests.actors.world import World
from tests.applications import Clock
from tests.pages import fields_of

METHOD = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"


def published(now: int) -> list[x509.Certificate]:
    root = etree.fromstring(our_metadata.document(now))
    return [
        x509.load_der_x509_certificate(base64.b64decode(element.text or ""))
        for element in root.iterfind(f".//{{*}}KeyDescriptor//{{{DS}}}X509Certificate")
    ]


def test_a_response_is_signed_as_its_service_asks(world: World, clock: Clock) -> None:
    registered(world, signature=ECDSA)
    ent = SamlService(world.app, world, signed_in_browser(world, world.guardian()))
    root = response_of(ent.asks())
    methods = {element.get("Algorithm") for element in root.iter(f"{{{DS}}}SignatureMethod")}
    assert methods == {METHOD}
    signer = certificates.signer(ECDSA, clock()).certificate
    assert isinstance(signer.public_key(), ec.EllipticCurvePublicKey)
    for place in ("./", f"./{{{SAML}}}Assertion/"):
        XMLVerifier().verify(
            root,
            x509_cert=signer,
            id_attribute="ID",
            expect_config=SignatureConfiguration(location=place),
        )


def test_other_services_stay_with_rsa(world: World, clock: Clock) -> None:
    registered(world)
    ent = SamlService(world.app, world, signed_in_browser(world, world.guardian()))
    methods = {
        element.get("Algorithm") for element in response_of(ent.asks()).iter(f"{{{DS}}}SignatureMethod")
    }
    assert methods == {METHOD.replace("ecdsa", "rsa")}
    assert isinstance(certificates.current(clock()).signing.key, rsa.RSAPrivateKey)


def test_the_metadata_has_the_certificate_before_the_first_login(world: World, clock: Clock) -> None:
    assert list(map(key_kind, published(clock()))) == ["rsa"]
    registered(world, signature=ECDSA)
    assert sorted(map(key_kind, published(clock()))) == ["ec", "rsa"]


def key_kind(certificate: x509.Certificate) -> str:
    return "rsa" if isinstance(certificate.public_key(), rsa.RSAPublicKey) else "ec"


def test_a_suspended_service_keeps_its_certificate(world: World, clock: Clock) -> None:
    """It may come back: its certificate does not leave the metadata meanwhile."""
    service = registered(world, signature=ECDSA)
    assert len(published(clock())) == 2
    registration.disable(service, "test", clock())
    assert len(published(clock())) == 2


def test_each_algorithm_has_its_own_rotation(world: World, clock: Clock) -> None:
    registered(world, signature=ECDSA)
    before = {key_kind(c): c for c in published(clock())}
    assert certificates.rotate("test", clock()) and not certificates.rotate("test", clock())
    assert sorted(map(key_kind, published(clock()))) == ["ec", "ec", "rsa", "rsa"]
    assert certificates.signer(ECDSA, clock()).certificate == before["ec"]
    clock.advance(90 * DAY + 1)
    certificates.tend(clock())
    assert certificates.signer(ECDSA, clock()).certificate != before["ec"]
    assert certificates.signer(RSA, clock()).certificate != before["rsa"]


@pytest.mark.parametrize("channel", ["frame", "answer"])
def test_logout_messages_are_signed_as_the_service_asks(world: World, clock: Clock, channel: str) -> None:
    ent, name, index = signed_in(world, BY_BROWSER)
    _ask_for_ecdsa(world)
    if channel == "frame":
        page = ent.browser.post("/logout", data=fields_of(ent.browser.get("/logout").text)).text
    else:
        root = request(world, name, index, addresses.logout())
        query = urlsplit(redirect(addresses.logout(), "SAMLRequest", root, None, KEYS)).query
        asked = ent.browser.get(f"/saml/slo?{query}").text
        end = ent.browser.post("/saml/slo", data=fields_of(asked))
        page = end.headers.get("Location") or end.text
    address = page[page.index(OUT) :].split('"')[0].replace("&amp;", "&")
    received = from_query(urlsplit(address).query.encode())
    assert received.verified([certificates.signer(ECDSA, clock()).certificate]).signed


def _ask_for_ecdsa(world: World) -> None:
    [service] = registrations.every().values()
    document = to_document(service.registration) | {"signature": ECDSA}
    registrations.replace(service.id, document, "", service.revision, "test", world.clock())


def test_an_unknown_algorithm_is_a_fault(world: World) -> None:
    with pytest.raises(MetadataFaults, match="signature"):
        registered(world, signature="rsa-sha1")
