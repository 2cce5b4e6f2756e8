"""The Java CAS client (org.apereo.cas.client) before two services in Jetty: attributes, proxy tickets, single logout."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from tests.actors.cas_service import registered
from tests.actors.person import Person
from tests.actors.world import deliver_due
from tests.interop import installed
from tests.operations.installation import free_port
from tests.peers.conftest import Served
from tests.peers.passage import Peer, log_in, log_out
from tests.peers.process import Process

SITE = installed.HERE / "cas_client"
LEFT_OUT = ["user"]
"""It takes all elements of this name for the person's name, an attribute too, and puts their texts together."""
Start = Callable[..., Peer]


@pytest.fixture
def start(served: Served, authority: tuple[Path, Path], tmp_path: Path) -> Iterator[Start]:
    java = installed.program("Java CAS client", "java", "default-jdk-headless")
    installed.program("Java CAS client", "javac", "default-jdk-headless")
    jars = installed.jars()
    running = []

    def begin() -> Peer:
        port, secure = free_port(), free_port()
        address, store = f"http://127.0.0.1:{port}", tmp_path / "store.p12"
        store.write_bytes(key_store(authority[1]))
        with served.app.app_context():
            guardian = served.world.guardian()
            registered(
                served.world,
                name="Portail",
                service_urls=None,
                service_prefixes=[f"{address}/me"],
                proxy_callbacks=[f"https://127.0.0.1:{secure}/me/callback"],
                logout_url=f"{address}/me",
                left_out=LEFT_OUT,
            )
            registered(
                served.world,
                name="Courrier",
                service_urls=[f"{address}/backend"],
                accepts_proxies=True,
                left_out=LEFT_OUT,
            )
        command = [java, "-cp", f"{jars}/*", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "Service.java"]
        process = Process([*command, served.issuer, str(port), str(secure), str(store)], SITE)
        running.append(process)
        assert process.answer() == {"ready": True}
        return Peer(address, Person(), guardian)

    yield begin
    for process in running:
        process.ends()


def key_store(served: Path) -> bytes:
    """PKCS #12 of a key and a certificate in PEM."""
    pem = served.read_bytes()
    key = serialization.load_pem_private_key(pem, None)
    certificate = x509.load_pem_x509_certificate(pem)
    encryption = serialization.BestAvailableEncryption(b"for this test alone")
    return pkcs12.serialize_key_and_certificates(b"server", key, certificate, None, encryption)


def test_a_page_is_guarded_and_gets_the_attributes(start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    shown = peer.shown()
    assert shown["user"] == peer.guardian.username
    assert shown["attributes"]["nom"] in ("Durand", ["Durand"])
    assert shown["attributes"]["categories"] in ("National_TUT", ["National_TUT"])
    assert peer.does("me") == shown


def test_a_proxy_ticket_opens_another_service_once(start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    through = peer.does("me/through")
    assert through["kind"] == "PT-" and through["answered"]["user"] == peer.guardian.username
    assert through["again"] == 403
    assert peer.does("me/through")["kind"] == "PT-"


def test_a_logout_at_the_provider_closes_the_page(served: Served, start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    log_out(peer.person, f"{served.issuer}/cas/logout")
    deliver_due(served.app)
    peer.person.opens(f"{peer.address}/me").sees("Connexion responsable")


def test_a_logout_at_the_service_ends_the_session(start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    log_out(peer.person, f"{peer.address}/logout")
    peer.person.opens(f"{peer.address}/me").sees("Connexion responsable")
