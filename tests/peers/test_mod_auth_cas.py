"""Debian's mod_auth_cas: a web server that protects a page by CAS, with attributes and single logout."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Template

import pytest

from tests.actors.cas_service import registered
from tests.actors.person import Person
from tests.actors.world import deliver_due
from tests.operations.installation import eventually, free_port, status
from tests.peers.conftest import Served, missing
from tests.peers.passage import Peer, log_in, log_out

SITE = Path(__file__).parent / "cas"
MODULES = Path("/usr/lib/apache2/modules")
Start = Callable[..., Peer]


@pytest.fixture(scope="session")
def apache() -> str:
    """The server's command, where its module is there too."""
    program = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None or not (MODULES / "mod_auth_cas.so").exists():
        missing("Apache's mod_auth_cas as a service", "libapache2-mod-auth-cas")
    return program


@pytest.fixture
def start(served: Served, apache: str) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []
    folders = []

    def begin(endpoint: str = "p3/serviceValidate", saml: str = "Off") -> Peer:
        # One that the server still reads when it is no longer root, as a folder of pytest's is not.
        folder = Path(tempfile.mkdtemp(prefix="idp-apache-"))
        folders.append(folder)
        folder.chmod(0o755)
        (folder / "cookies").mkdir()
        (folder / "cookies").chmod(0o777)
        shutil.copytree(SITE / "pages", folder / "pages")
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        with served.app.app_context():
            guardian = served.world.guardian()
            registered(served.world, service_urls=None, service_prefixes=[f"{address}/me"])
        filled = Template((SITE / "httpd.conf").read_text(encoding="utf-8")).substitute(
            folder=folder,
            port=port,
            modules=MODULES,
            issuer=served.issuer,
            endpoint=endpoint,
            saml=saml,
        )
        (folder / "httpd.conf").write_text(filled, encoding="utf-8")
        process = subprocess.Popen(
            [apache, "-f", str(folder / "httpd.conf"), "-D", "FOREGROUND"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        eventually(lambda: process.poll() is not None or status(f"{address}/bye") == 200)
        assert process.poll() is None, process.communicate()[0]
        return Peer(address, Person(), guardian)

    yield begin
    for process in running:
        process.terminate()
        process.communicate(timeout=20)
    for folder in folders:
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("endpoint", "saml"), [("p3/serviceValidate", "Off"), ("serviceValidate", "Off"), ("samlValidate", "On")]
)
def test_a_page_is_guarded_and_gets_the_attributes(start: Start, endpoint: str, saml: str) -> None:
    peer = start(endpoint, saml)
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    shown = peer.shown()
    assert shown["user"] == peer.guardian.username
    assert (shown["nom"], shown["categories"]) == ("Durand", "National_TUT")


def test_a_logout_at_the_provider_closes_the_page(served: Served, start: Start) -> None:
    peer = start()
    log_in(peer.person, f"{peer.address}/me", peer.guardian)
    assert peer.does("me")["user"] == peer.guardian.username
    log_out(peer.person, f"{served.issuer}/cas/logout")
    deliver_due(served.app)
    peer.person.opens(f"{peer.address}/me").sees("Connexion responsable")
