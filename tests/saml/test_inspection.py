"""What `idp doctor` says of certificates and metadata, and keys in metadata that cannot be used."""

import pytest

from idp.durations import DAY
from idp.saml import certificates, inspection
from idp.services.rules.registration_reader import MetadataFaults
from tests.actors.saml_service import metadata, registered
from tests.actors.world import World
from tests.applications import Clock
from tests.saml.credentials import credential


def test_a_service_without_a_fault_is_counted(world: World, clock: Clock) -> None:
    registered(world, metadata(credential("service")))
    assert inspection.fault(clock()) is None
    assert inspection.summary(clock()) == "1 services of SAML"


def test_signed_requests_without_a_certificate_are_reported(world: World, clock: Clock) -> None:
    registered(world, metadata(signs=True))
    seen = inspection.fault(clock())
    assert seen is not None and "has no certificate" in seen[0]


def test_a_short_key_is_reported(world: World, clock: Clock) -> None:
    registered(world, metadata(credential("short", "short")))
    seen = inspection.fault(clock())
    assert seen is not None and "less than 2048 bits" in seen[0]


def test_the_day_of_the_next_certificate_is_shown(world: World, clock: Clock) -> None:
    certificates.current(clock())
    certificates.rotate("test", clock())
    clock.advance(DAY)
    assert "a next certificate signs from 2027-" in inspection.summary(clock())


def test_a_key_for_encryption_that_is_not_rsa_is_refused_at_the_registration(world: World) -> None:
    with pytest.raises(MetadataFaults, match="not RSA"):
        registered(world, metadata(encryption=credential("elliptic", "ec")))


def test_a_key_that_signs_and_is_not_rsa_is_taken_for_signing_alone(world: World) -> None:
    xml = metadata(credential("elliptic", "ec")).replace(' use="signing"', "")
    registered(world, xml)
