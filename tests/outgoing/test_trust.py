"""One list of certificate authorities for all outgoing connections: an internal one is trusted everywhere, or nowhere."""

import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from flask import Flask

from idp.app import create_app
from idp.cli import doctor
from idp.federation import providers
from idp.messages import sms, smtp
from idp.network import outgoing_http
from idp.network.kept_sessions import KeptSessions
from idp.refusals import Refusal
from tests import private_authority
from tests.conftest import settings_for

EVERYBODY = {"allowed_networks": ["127.0.0.0/8"]}


@pytest.fixture(scope="module")
def private_ca(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(PEM of an unknown authority, PEM of key and certificate of 127.0.0.1 issued by it)."""
    return private_authority.made(tmp_path_factory.mktemp("ca"))


class _Polite(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def https(private_ca: tuple[Path, Path]) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Polite)
    server.socket = private_authority.tls(private_ca[1]).wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def app_with(ca_file: str, **sections: object) -> Flask:
    return create_app(
        settings_for("sqlite:///unused.db", outgoing={**EVERYBODY, "ca_file": ca_file}, **sections)
    )


def test_a_service_with_a_private_ca_is_reached(https: str, private_ca: tuple[Path, Path]) -> None:
    with app_with("").app_context(), pytest.raises(outgoing_http.Unreachable):
        outgoing_http.get(f"{https}/", "*/*", 100)
    with app_with(str(private_ca[0])).app_context():
        assert outgoing_http.get(f"{https}/", "*/*", 100).body == b"{}"


def test_another_provider_is_reached(https: str, private_ca: tuple[Path, Path]) -> None:
    with app_with("").app_context(), pytest.raises(Refusal):
        providers.call("GET", f"{https}/")
    with app_with(str(private_ca[0])).app_context():
        assert providers.call("GET", f"{https}/").status == 200


def test_the_gateway_is_reached(https: str, private_ca: tuple[Path, Path]) -> None:
    gateway = {"url": f"{https}/sms", "fields": {"text": "{text}"}}
    for ca_file in ("", str(private_ca[0])):
        app = app_with(ca_file, sms=gateway)
        with app.app_context():
            sms_settings = app.extensions["settings"].sms
            if ca_file:
                assert sms._call(KeptSessions(), sms_settings, {"text": "Bonjour"}, {}) == 200
            else:
                with pytest.raises(sms.GatewayRefused):
                    sms._call(KeptSessions(), sms_settings, {"text": "Bonjour"}, {})


def test_the_mail_relay_is_reached(private_ca: tuple[Path, Path]) -> None:
    relay = Controller(Sink(), "127.0.0.1", _free_port(), ssl_context=private_authority.tls(private_ca[1]))
    relay.start()
    try:
        relay_settings = {"host": "127.0.0.1", "port": relay.port, "security": "tls"}
        app = app_with("", mail=relay_settings)
        with app.app_context(), pytest.raises(ssl.SSLCertVerificationError):
            smtp.connected(app.extensions["settings"].mail)
        app = app_with(str(private_ca[0]), mail=relay_settings)
        with app.app_context(), smtp.connected(app.extensions["settings"].mail) as server:
            assert server.noop()[0] == 250
    finally:
        relay.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_the_doctor_names_an_invalid_certificate_file(tmp_path: Path, content: str | None) -> None:
    wrong = tmp_path / "ca.pem"
    if content is not None:
        wrong.write_text(content)
    app = app_with(str(wrong))
    with app.app_context():
        finding = doctor._trust(app)
    assert (finding.ok, "outgoing.ca_file" in finding.mend, str(wrong) in finding.seen) == (False, True, True)


def test_the_doctor_lists_the_trusted_authorities(private_ca: tuple[Path, Path]) -> None:
    app = app_with(str(private_ca[0]))
    with app.app_context():
        assert doctor._trust(app).ok
