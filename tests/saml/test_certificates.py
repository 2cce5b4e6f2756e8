"""Our certificates: in the metadata for 90 days before they sign, replaced after three years, sealed."""

import dataclasses

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask
from lxml import etree

from idp.durations import DAY
from idp.saml import certificates, inspection, our_metadata
from idp.saml.rules.registration import RSA
from idp.saml.xml.documents import DS, parse
from idp.saml.xml.signatures import verified
from keys.certificates import RSA_BITS
from keys.sealing import read_master_keys
from tests.actors.relying_party import signed_in_browser
from tests.actors.saml_service import SamlService, assertion_of, registered
from tests.actors.world import World
from tests.applications import Clock
from tests.at_once import at_once
from tests.saml.first_use import take_certificates_away

YEAR = 365 * DAY


def published(now: int) -> list[str]:
    root = etree.fromstring(our_metadata.document(now))
    return [
        text
        for text in root.xpath("//*[local-name()='KeyDescriptor']//*[local-name()='X509Certificate']/text()")
    ]


@pytest.mark.settings(server={"issuer": "https://connexion.example:8443"})
def test_the_metadata_has_the_scope_of_scoped_values(world: World, clock: Clock) -> None:
    root = etree.fromstring(our_metadata.document(clock()))
    role = root.find("{*}IDPSSODescriptor")
    assert role is not None
    [scope] = role[0].iterfind("{urn:mace:shibboleth:metadata:1.0}Scope")
    assert role[0].tag.endswith("}Extensions")
    assert (scope.text, scope.get("regexp")) == ("connexion.example", "false")


def test_the_metadata_is_signed_and_ends(world: World, clock: Clock) -> None:
    page = world.app.test_client().get("/saml/metadata")
    assert page.content_type == "application/samlmetadata+xml"
    certificate = certificates.current(clock()).signing.certificate
    root = verified(parse(page.data), [certificate])
    assert root.get("validUntil") and root.get("entityID", "").endswith("/saml/metadata")
    assert root.find(f"{{{DS}}}Signature") is None or root[0].tag == f"{{{DS}}}Signature"


def test_a_next_certificate_is_published_long_before_it_signs(world: World, clock: Clock) -> None:
    registered(world)
    ent = SamlService(world.app, world, signed_in_browser(world, world.guardian()))
    first = certificates.current(clock()).signing.certificate
    assert len(published(clock())) == 1
    assert certificates.rotate("test", clock()) and not certificates.rotate("test", clock())
    assert len(published(clock())) == 2
    assert certificates.current(clock()).signing.certificate == first
    assertion_of(ent.asks(), world)
    clock.advance(90 * DAY + 1)
    certificates.tend(clock())
    second = certificates.current(clock()).signing.certificate
    assert second != first and len(published(clock())) == 2, "answers of the first may still be on their way"
    ent.browser = signed_in_browser(world, world.guardian())
    assertion_of(ent.asks(), world)
    clock.advance(31 * DAY)
    certificates.tend(clock())
    assert len(published(clock())) == 1 and certificates.current(clock()).signing.certificate == second


def test_the_worker_prepares_the_next_certificate_by_itself(world: World, clock: Clock) -> None:
    first = certificates.current(clock()).signing.certificate
    clock.advance(3 * YEAR - 90 * DAY + 1)
    certificates.tend(clock())
    assert len(published(clock())) == 2 and certificates.current(clock()).signing.certificate == first
    clock.advance(90 * DAY)
    certificates.tend(clock())
    assert certificates.current(clock()).signing.certificate != first


def test_nothing_is_made_before_saml_is_used(world: World, clock: Clock) -> None:
    take_certificates_away()
    certificates.tend(clock())
    assert certificates.listing() == [] and inspection.fault(clock()) is None


def test_the_first_use_makes_one(world: World, clock: Clock) -> None:
    take_certificates_away()
    registered(world)
    ent = SamlService(world.app, world, signed_in_browser(world, world.guardian()))
    assertion_of(ent.asks(), world)
    [record] = certificates.listing()
    assert (record.alg, record.created_at, record.activates_at) == (RSA, clock(), clock())
    signing = certificates.current(clock()).signing
    assert isinstance(signing.key, rsa.RSAPrivateKey) and signing.key.key_size == RSA_BITS
    assert certificates.listing() == [record] and len(published(clock())) == 1


@pytest.mark.both_engines
def test_first_uses_at_once_make_one(app: Flask, contextless: World, clock: Clock) -> None:
    with app.app_context():
        take_certificates_away()

    def use(_: int) -> bytes:
        with app.app_context():
            return certificates.current(clock()).signing.certificate.public_bytes(Encoding.DER)

    assert len(set(at_once(app, use, 2))) == 1
    with app.app_context():
        assert len(certificates.listing()) == 1


def test_a_lost_master_key_says_so(world: World, clock: Clock, app: Flask) -> None:
    certificates.current(clock())
    app.extensions["master_keys"] = read_master_keys("A" * 43)
    assert [record.usable for record in certificates.listing()] == [False]
    seen = inspection.fault(clock())
    assert seen is not None and "unsealed" in seen[0] and "secrets.master_key" in seen[1]


def test_private_keys_are_sealed_and_never_shown(world: World, clock: Clock) -> None:
    current = certificates.current(clock())
    [record] = certificates.listing()
    assert "PRIVATE" not in repr(record) + repr(dataclasses.astuple(record))
    assert current.signing.certificate.public_key() == current.signing.key.public_key()
