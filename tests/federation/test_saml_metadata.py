"""Metadata of an upstream by address: taken over only under the pinned certificate; a fault changes nothing but its record."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask, Response

from idp.app import create_app
from idp.federation import upstreams
from idp.refusals import Refusal
from idp.saml.xml.documents import parse, serialize
from idp.saml.xml.signatures import Credential, sign
from idp.upstream_saml import metadata
from tests.actors.saml_upstream import ENTITY, SamlUpstream
from tests.conftest import Clock, Serve, fresh_database, settings_for
from tests.saml.credentials import credential

PINNED = credential("federation")
HOUR = 3600


class Source:
    """What stands at the address, and how often it was fetched."""

    def __init__(self, folder: Path, clock: Clock, serve: Serve) -> None:
        self.upstream, self.clock = SamlUpstream(folder), clock
        self.status, self.fetched = 200, 0
        self.document = b""
        app = Flask("federation")

        @app.get("/metadata")
        def document() -> Response:
            self.fetched += 1
            return Response(self.document, self.status)

        pem = folder / "pinned.pem"
        pem.write_bytes(PINNED.certificate.public_bytes(Encoding.PEM))
        member = {
            "name": "academie",
            "label": "Académie",
            "protocol": "saml",
            "issuer": ENTITY,
            "profiles": ["personnel"],
            "match": "stored",
            "metadata_url": f"{serve(app)}/metadata",
            "metadata_certificate": str(pem),
        }
        self.app = create_app(
            settings_for(fresh_database("sqlite"), federation={"providers": [member]}), clock
        )

    def publishes(
        self, by: Credential = PINNED, valid_until: int = 4_000_000_000, entity: str = ENTITY
    ) -> None:
        text = self.upstream.metadata(valid_until).replace(ENTITY.encode(), entity.encode())
        self.document = serialize(sign(parse(text), by, None))

    def minute(self) -> str | None:
        """The worker's turn; the fault of the last fetch."""
        metadata.refresh_due(self.clock())
        return metadata.last_fetch(upstreams.named("academie"))[0]

    def is_usable(self) -> bool:
        try:
            metadata.known(upstreams.named("academie"), self.clock())
        except Refusal:
            return False
        return True


@pytest.fixture
def source(tmp_path: Path, clock: Clock, serve: Serve) -> Iterator[Source]:
    source = Source(tmp_path, clock, serve)
    with source.app.app_context():
        yield source


def test_it_is_fetched_when_due_and_pinned(source: Source) -> None:
    assert not source.is_usable(), "nothing has been fetched yet"
    source.publishes()
    assert source.minute() is None and source.is_usable() and source.fetched == 1
    source.minute()
    assert source.fetched == 1
    source.clock.advance(6 * HOUR + 1)
    source.minute()
    assert source.fetched == 2


@pytest.mark.parametrize(
    "fault", ["another key", "unsigned", "another entity", "expired", "status", "no xml"]
)
def test_what_is_not_acceptable_changes_nothing(source: Source, fault: str) -> None:
    source.publishes()
    assert source.minute() is None
    source.clock.advance(7 * HOUR)
    match fault:
        case "another key":
            source.publishes(by=credential("another"))
        case "unsigned":
            source.document = source.upstream.metadata()
        case "another entity":
            source.publishes(entity="https://evil.example")
        case "expired":
            source.publishes(valid_until=source.clock() - 1)
        case "status":
            source.status = 500
        case _:
            source.document = b"<a"
    assert source.minute()
    assert source.is_usable(), "the former metadata stays"
    source.status = 200
    source.publishes()
    source.clock.advance(HOUR + 1)
    assert source.minute() is None, "it is tried again after an hour"
