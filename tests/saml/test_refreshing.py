"""Metadata by URL: taken over only under the pinned certificate; a wrong one changes nothing and is an incident."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask, Response
from lxml import etree

from idp.audit.storage import records
from idp.database.engine import reading
from idp.durations import DAY, HOUR
from idp.saml import inspection, refreshing, registrations
from idp.saml.xml.documents import MD, element, serialize
from idp.saml.xml.signatures import Credential, sign
from idp.saml.xml.times import write_time
from tests.actors.saml_service import ENTITY, metadata, registered
from tests.actors.world import World
from tests.applications import Clock
from tests.conftest import Serve
from tests.saml.credentials import credential

FEDERATION = credential("federation")


@dataclass
class Source:
    """Serves `document`, and counts who fetches it."""

    address: str = ""
    document: bytes = b""
    status: int = 200
    fetched: int = 0
    services: list[str] = field(default_factory=list)

    def answer(self) -> Response:
        self.fetched += 1
        return Response(self.document, self.status, content_type="application/samlmetadata+xml")


def signed(
    xml: str, until: int, by: Credential = FEDERATION, aggregate: bool = False, identifier: str = "_m"
) -> bytes:
    root = etree.fromstring(xml)
    if aggregate:
        whole = element(None, MD, "EntitiesDescriptor")
        whole.append(etree.fromstring(metadata(entity="https://elsewhere.example/saml")))
        whole.append(root)
        root = whole
    root.set("ID", identifier)
    root.set("validUntil", write_time(until))
    return serialize(sign(root, by, None))


@pytest.fixture
def source(world: World, serve: Serve) -> Source:
    """A registered service whose metadata has an address."""
    made, app = Source(), Flask("federation")
    app.add_url_rule("/metadata", "metadata", made.answer)
    made.address = f"{serve(app)}/metadata"
    pem = FEDERATION.certificate.public_bytes(Encoding.PEM).decode()
    registered(world, metadata(), metadata_url=made.address, metadata_certificate=pem)
    return made


def consumer() -> str:
    [service] = registrations.every().values()
    return registrations.provider(service).assertion_consumers[0].location


@pytest.mark.parametrize("aggregate", [True, False])
def test_new_metadata_is_taken_over(world: World, clock: Clock, source: Source, aggregate: bool) -> None:
    moved = metadata(consumer="https://ent.example/new")
    source.document = signed(moved, clock() + DAY, aggregate=aggregate)
    refreshing.refresh_due(clock())
    assert consumer() == "https://ent.example/new" and refreshing.faults() == {}
    refreshing.refresh_due(clock())
    assert source.fetched == 1, "not again before its time"
    clock.advance(6 * HOUR + 1)
    refreshing.refresh_due(clock())
    assert source.fetched == 2
    [service] = registrations.every().values()
    assert registrations.provider(service).valid_until is not None, "the end of the document counts"


Wrong = Callable[[Source, int], None]


def _put(**values: object) -> Wrong:
    def act(source: Source, now: int) -> None:
        entity = str(values.get("entity", ENTITY))
        xml = metadata(entity=entity, consumer="https://attacker.example/acs")
        source.document = signed(xml, now + int(str(values.get("until", DAY))), values.get("by", FEDERATION))  # type: ignore[arg-type]
        source.status = int(str(values.get("status", 200)))

    return act


def _put_bytes(document: bytes) -> Wrong:
    def act(source: Source, now: int) -> None:
        source.document = document

    return act


@pytest.mark.parametrize(
    "wrong",
    [
        _put(by=credential("other")),
        _put(until=-1),
        _put(entity="https://another.example/saml"),
        _put(status=404),
        _put(status=302),
        _put_bytes(metadata(consumer="https://attacker.example/acs").encode()),
        _put_bytes(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        _put_bytes(b"\xff\x00"),
        _put_bytes(b""),
    ],
    ids=["other key", "expired", "other entity", "404", "302", "unsigned", "doctype", "bytes", "empty"],
)
def test_a_wrong_document_changes_nothing_and_is_an_incident(
    world: World, clock: Clock, source: Source, wrong: Wrong, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="idp.saml")
    wrong(source, clock())
    before = consumer()
    refreshing.refresh_due(clock())
    assert consumer() == before
    [reason] = refreshing.faults().values()
    assert reason and "attacker" not in reason
    seen = inspection.fault(clock())
    assert seen is not None and reason in seen[0]
    assert len(records.search(reading(), records.Filters(act="saml.metadata_refused")).events) == 1
    clock.advance(HOUR + 1)
    source.document, source.status = (
        signed(metadata(consumer="https://ent.example/new"), clock() + 9 * DAY),
        200,
    )
    refreshing.refresh_due(clock())
    assert consumer() == "https://ent.example/new" and inspection.fault(clock()) is None


def test_a_wrapped_aggregate_is_refused(world: World, clock: Clock, source: Source) -> None:
    """The signed document lies in an unsigned one of the attacker's."""
    good = etree.fromstring(signed(metadata(), clock() + DAY, identifier="_good"))
    whole = element(None, MD, "EntitiesDescriptor", ID="_bad", validUntil=write_time(clock() + DAY))
    whole.append(etree.fromstring(metadata(consumer="https://attacker.example/acs")))
    whole.append(good)
    before, source.document = consumer(), serialize(whole)
    refreshing.refresh_due(clock())
    assert consumer() == before and refreshing.faults()


def test_metadata_about_to_end_is_reported(world: World, clock: Clock) -> None:
    xml = metadata().replace("entityID", f'validUntil="{write_time(clock() + DAY)}" entityID', 1)
    registered(world, xml)
    seen = inspection.fault(clock())
    assert seen is not None and "expires within" in seen[0]
    clock.advance(2 * DAY)
    seen = inspection.fault(clock())
    assert seen is not None and "has expired" in seen[0]
