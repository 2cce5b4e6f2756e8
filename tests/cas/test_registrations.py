"""Registrations of CAS: every member at fault is named, and what the command and the doctor say."""

from typing import Any

import pytest

from idp.cas import registrations
from idp.cas.rules.registration import CasRegistration
from idp.services.rules.registration import to_document
from idp.services.rules.registration_reader import MetadataFaults
from tests.actors.cas_service import URL, registered
from tests.actors.world import World
from tests.conftest import Clock


def faults(document: object) -> set[str]:
    with pytest.raises(MetadataFaults) as refused:
        registrations.read(document)
    return {fault.field for fault in refused.value.faults}


GOOD: dict[str, Any] = {"name": "Pronote", "service_urls": [URL]}


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("name", None),
        ("name", 7),
        ("name", "x" * 201),
        ("service_urls", None),
        ("service_urls", []),
        ("service_urls", "https://a.example/"),
        ("service_urls", ["http://a.example/"]),
        ("service_urls", ["https://a.example/(.*)", "https://a@b.example/"]),
        ("service_urls", ["https://a.example/#x"]),
        ("service_prefixes", ["https://a.example"]),
        ("service_prefixes", ["https://a.example/?x"]),
        ("proxy_callbacks", ["http://localhost.example/x"]),
        ("accepted_profiles", []),
        ("accepted_profiles", ["teacher"]),
        ("accepted_schools", ["0990001A"]),
        ("season_from", "09-01"),
        ("season_from", "32-13"),
        ("level", "eidas3"),
        ("attribute_set", "all"),
        ("attributes", {"nom": "shoe_size"}),
        ("attributes", {"a b": "mail"}),
        ("attributes", {"urn:x": "mail"}),
        ("attributes", ["nom"]),
        ("attributes", {"nom": 7}),
        ("principal", "shoe_size"),
        ("logout_channel", "pigeon"),
        ("logout_url", "http://a.example/"),
        ("first_party", "yes"),
        ("accepts_proxies", 1),
    ],
)
def test_each_member_at_fault_is_named(world: World, member: str, value: object) -> None:
    assert member in faults({**GOOD, member: value})


def test_all_faults_are_reported_together(world: World) -> None:
    document = {"service_urls": ["x"], "level": "eidas3", "attributes": {"nom": "x"}}
    assert faults(document) == {"name", "service_urls", "level", "attributes"}
    assert faults([]) == {"(document)"}


def test_a_registration_is_stored_and_read_as_it_was(world: World) -> None:
    document = {
        **GOOD,
        "service_prefixes": ["https://pronote.example/eleve/"],
        "attributes": {"courriel": "mail"},
        "accepted_schools": ["0990001N"],
        "season_from": "09-01",
        "season_until": "06-30",
    }
    made = registrations.register(document, "test", world.clock())
    service = registrations.every()[made]
    assert service.registration == registrations.read(document)
    assert document.items() <= to_document(service.registration).items()


def test_the_sector_of_pairwise_identifiers_is_the_one_host(world: World) -> None:
    def sector(*urls: str) -> str | None:
        return CasRegistration("x", service_urls=urls).sector

    assert sector(URL, "https://pronote.example/b") == "pronote.example"
    assert sector(URL, "https://other.example/") is None


def test_an_address_of_two_services_is_doubtful(world: World, clock: Clock) -> None:
    first = registered(world)
    assert registrations.doubtful() == []
    clock.advance(1)
    second = registered(world, name="Copie")
    assert registrations.doubtful() == [f"{URL} belongs to {first} and to {second}"]
