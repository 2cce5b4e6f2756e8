"""Aggregates of a federation: listed as a stream, filtered, verified, by a bounded number of calls."""

import contextlib

import pytest
from lxml import etree

from idp.saml.xml.aggregates import listed, signed_entity
from idp.saml.xml.documents import MD, XmlFault, element, serialize
from idp.saml.xml.signatures import sign
from idp.saml.xml.times import write_time
from tests.actors.saml_service import RESEARCH, for_research, metadata
from tests.saml.calls import calls
from tests.saml.credentials import credential

NOW = 1_795_000_000
ENTITIES = 3_000
MOST_FOR_EACH = 80
"""Python functions that are entered for each further entity of an aggregate."""


def entity(number: int) -> etree._Element:
    xml = metadata(
        credential("service"), f"https://sp{number}.example/saml", encryption=credential("service")
    )
    if number % 10 == 0:
        xml = for_research(xml)
    return etree.fromstring(xml)


def signed(entities: int) -> bytes:
    """An aggregate of so many services."""
    root = element(None, MD, "EntitiesDescriptor", ID="_all", validUntil=write_time(NOW + 86400))
    root.append(etree.Comment("made by a federation"))
    for number in range(entities):
        root.append(entity(number))
    return serialize(sign(root, credential("federation"), None))


@pytest.fixture(scope="module")
def aggregate() -> bytes:
    return signed(ENTITIES)


def test_services_are_listed_by_category(aggregate: bytes) -> None:
    assert len(list(listed(aggregate))) == ENTITIES
    chosen = list(listed(aggregate, RESEARCH))
    assert [service.entity_id for service in chosen] == [
        f"https://sp{number}.example/saml" for number in range(0, ENTITIES, 10)
    ]


def test_one_entity_of_thousands_is_verified_by_few_calls_for_each(aggregate: bytes) -> None:
    """Seconds: `python -m bench.saml`. A second look at each entity, or at each before it, would show in the counts."""

    def take(document: bytes, name: str) -> bytes:
        return signed_entity(document, name, [credential("federation").certificate], NOW)

    text = take(aggregate, "https://sp2999.example/saml")
    assert b"sp2999.example" in text and b"sp2998" not in text and b"validUntil" in text
    few = signed(ENTITIES // 10)
    of_few, in_c_of_few = calls(lambda: take(few, "https://sp299.example/saml"))
    of_many, in_c_of_many = calls(lambda: take(aggregate, "https://sp2999.example/saml"))
    assert of_many - of_few < MOST_FOR_EACH * ENTITIES
    assert in_c_of_many["verify"] == in_c_of_few["verify"] == 1
    growth = in_c_of_many.total() / max(1, in_c_of_few.total())
    assert growth < 12, "ten times as many entities"


@pytest.mark.parametrize("fault", ["other key", "expired", "absent", "changed"])
def test_an_aggregate_that_cannot_be_trusted_is_refused(aggregate: bytes, fault: str) -> None:
    keys = [credential("other" if fault == "other key" else "federation").certificate]
    document = aggregate.replace(b"sp17.example", b"spx7.example", 1) if fault == "changed" else aggregate
    name = "https://absent.example" if fault == "absent" else "https://sp17.example/saml"
    with pytest.raises(XmlFault):
        signed_entity(document, name, keys, NOW + (90_000 if fault == "expired" else 0))


@pytest.mark.parametrize(
    "document", [b"", b"<a", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a xmlns='urn:x'>&b;</a>", b"\xff"]
)
def test_what_is_no_aggregate_lists_nothing(document: bytes) -> None:
    with contextlib.suppress(XmlFault):
        assert list(listed(document)) == []
