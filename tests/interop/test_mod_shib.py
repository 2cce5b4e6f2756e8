"""Debian's mod_shib with its daemon, and the attribute map and filter that it comes with: what a university's service is."""

import base64
import re
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Template

import pytest
import requests

from tests.actors.person import Person
from tests.actors.saml_service import registered
from tests.actors.world import deliver_due
from tests.interop import installed
from tests.operations.installation import eventually
from tests.peers.apache_server import Apache
from tests.peers.conftest import Served
from tests.peers.passage import Peer, log_out
from tests.peers.saml_passage import log_in, pem
from tests.saml.credentials import credential

SITE = installed.HERE / "shib"
Start = Callable[..., Peer]


@pytest.fixture
def apache() -> Iterator[Apache]:
    installed.file("mod_shib", "/usr/lib/apache2/modules/mod_shib.so", "libapache2-mod-shib")
    installed.program("mod_shib", "apache2", "apache2-bin")
    server = Apache("shib", SITE, "mod_shib")
    yield server
    server.end()


@pytest.fixture
def start(served: Served, apache: Apache) -> Iterator[Start]:
    daemons: list[subprocess.Popen[bytes]] = []

    def begin(**members: object) -> Peer:
        folder = apache.folder
        write_configuration(folder, served.issuer, apache.address)
        with (folder / "shibd.out").open("wb") as out:
            shibd = installed.program("mod_shib", "shibd", "shibboleth-sp-utils")
            daemon = subprocess.Popen(
                [shibd, "-F", "-f", "-c", str(folder / "shibboleth2.xml"), "-p", str(folder / "shibd.pid")],
                stdout=out,
                stderr=out,
            )
        daemons.append(daemon)
        eventually(lambda: daemon.poll() is not None or (folder / "shibd.sock").exists())
        assert daemon.poll() is None, (folder / "shibd.out").read_text()
        apache.start()
        own = requests.get(f"{apache.address}/Shibboleth.sso/Metadata", timeout=20)
        assert own.status_code == 200, own.text
        with served.app.app_context():
            guardian = served.world.guardian()
            registered(served.world, own.text, attribute_set="eduperson", **members)
        return Peer(apache.address, Person(), guardian)

    yield begin
    for daemon in daemons:
        daemon.terminate()
        daemon.wait(20)


def write_configuration(folder: Path, issuer: str, address: str) -> None:
    key, certificate = pem(credential("shib"))
    (folder / "key.pem").write_text(key)
    (folder / "certificate.pem").write_text(certificate)
    provider_metadata = requests.get(f"{issuer}/saml/metadata", timeout=20).text
    (folder / "idp.xml").write_text(provider_metadata, encoding="utf-8")
    (folder / "idp.pem").write_text(signer(provider_metadata))
    for name in ("shibd", "native"):
        # The server writes its log when it is no longer root.
        log = folder / f"{name}.log"
        log.touch()
        log.chmod(0o666)
        text = Template((SITE / "logger").read_text()).substitute(log=log)
        (folder / f"{name}.logger").write_text(text)
    text = (SITE / "shibboleth2.xml").read_text(encoding="utf-8")
    filled = Template(text).substitute(folder=folder, issuer=issuer, address=address)
    (folder / "shibboleth2.xml").write_text(filled, encoding="utf-8")
    stock = Path("/etc/shibboleth/attribute-map.xml").read_text(encoding="utf-8")
    more = (SITE / "attributes").read_text(encoding="utf-8")
    mapped = stock.replace("</Attributes>", f"{more}</Attributes>")
    (folder / "attribute-map.xml").write_text(mapped, encoding="utf-8")


def signer(metadata: str) -> str:
    """The certificate (PEM) of the signature over the metadata, which a careful service pins."""
    text = re.findall(r"X509Certificate>([^<]+)<", metadata)[0]
    whole = base64.b64encode(base64.b64decode(text)).decode()
    return (
        "-----BEGIN CERTIFICATE-----\n"
        + "\n".join(textwrap.wrap(whole, 64))
        + "\n-----END CERTIFICATE-----\n"
    )


@pytest.mark.parametrize("encrypt", [True, False])
def test_a_page_is_guarded_and_gets_the_attributes(start: Start, encrypt: bool) -> None:
    peer = start(encrypt=encrypt)
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    shown = peer.shown()
    assert shown["sn"] == "Durand"
    # Its filter lets a scoped value pass only if the metadata has the scope.
    assert shown["eppn"] == shown["user"] == f"{peer.guardian.username}@localhost"
    assert shown["pairwise"].endswith("@localhost") and shown["home"] == "localhost"


def test_elliptic_signatures_are_verified(served: Served, start: Start) -> None:
    with served.app.app_context():
        # The first service that asks for them brings their certificate into the metadata.
        registered(served.world, signature="ecdsa-sha256")
    peer = start(signature="ecdsa-sha256")
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    assert peer.shown()["sn"] == "Durand"


def test_a_logout_at_the_provider_closes_the_page(served: Served, start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    assert peer.does("me")["sn"] == "Durand"
    log_out(peer.person, f"{served.issuer}/logout")
    deliver_due(served.app)
    peer.person.opens(f"{peer.address}/me").sees("Connexion responsable")


def test_a_logout_at_the_page_ends_the_session_and_comes_back(start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    log_out(peer.person, f"{peer.address}/Shibboleth.sso/Logout?return={peer.address}/bye")
    assert peer.shown() == {"bye": True}
    peer.person.opens(f"{peer.address}/me").sees("Connexion responsable")
