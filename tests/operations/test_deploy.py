"""The files of deploy/ as they are shipped: each reverse proxy lets a school's files in, and the units come back."""

import configparser
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from idp.demo.siecle_files import guardians_xml, pupils_xml
from idp.runtime.context import system_clock
from idp.settings.sections import Imports, Secrets
from tests.actors.person import Person
from tests.actors.world import Someone, World
from tests.conftest import fresh_database
from tests.imports.exports import HERE, export, link, person, pupil
from tests.operations.installation import ROOT, Installation, eventually, free_port
from tests.pages import fields_of

DEPLOY = ROOT / "deploy"
LARGEST = Imports().largest_file
LIMITS = {
    "Caddyfile": (r"> (\d+)`\n", r"max_size (\d+)MB\n"),
    "nginx.conf": (r"client_max_body_size (\d+);",),
    "haproxy.cfg": (r"deny_status 413 if \{ req\.body_size gt (\d+) \}",),
}
"""Where each file has the limit; Caddy's MB are millions of bytes."""


@pytest.mark.parametrize("name", LIMITS)
def test_the_limit_of_each_proxy_is_the_settings_default(name: str) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    for pattern in LIMITS[name]:
        (digits,) = re.findall(pattern, text)
        assert int(digits) * (1_000_000 if pattern.endswith(r"MB\n") else 1) == LARGEST


def test_the_operators_page_has_the_limit_too() -> None:
    page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    assert f"`imports.largest_file` ({LARGEST // 1_000_000} MB)" in page


class Proxy:
    """What a shipped file is made into for this machine: free ports, a certificate of its own, no privileged folder."""

    def __init__(self, folder: Path, installation: Installation) -> None:
        self.folder = folder
        self.installation = installation
        self.upstream = installation.address.removeprefix("http://").replace("localhost", "127.0.0.1")
        self.plain, self.port = free_port(), free_port()
        self.address = f"https://localhost:{self.port}"
        self.certificate, self.key, self.both = (
            folder / name for name in ("certificate.pem", "key.pem", "both.pem")
        )
        self._certify()

    def _certify(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now, day = datetime.now(UTC), timedelta(days=1)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - day)
            .not_valid_after(now + day)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        self.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self.both.write_bytes(self.certificate.read_bytes() + self.key.read_bytes())

    def written(self, name: str, **places: str) -> Path:
        """The shipped file with other addresses; each that is to be replaced has to be there."""
        text = (DEPLOY / name).read_text(encoding="utf-8")
        for shipped, here in {"127.0.0.1:8000": self.upstream, **places}.items():
            assert shipped in text, f"{name} has no {shipped}"
            text = text.replace(shipped, here)
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def caddy(self) -> list[str]:
        site = f"{self.address} {{\n\ttls {self.certificate} {self.key}"
        path = self.written("Caddyfile", **{"\nconnexion.college.example {": f"\n{site}"})
        path.write_text(f"{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{path.read_text()}")
        return ["caddy", "run", "--adapter", "caddyfile", "--config", str(path)]

    def nginx(self) -> list[str]:
        site = self.written(
            "nginx.conf",
            **{
                "listen 80;": f"listen 127.0.0.1:{self.plain};",
                "listen 443 ": f"listen 127.0.0.1:{self.port} ",
                "connexion.college.example": "localhost",
                "/etc/ssl/idp/fullchain.pem": str(self.certificate),
                "/etc/ssl/idp/privkey.pem": str(self.key),
            },
        )
        temporary = "".join(
            f"{kind}_temp_path {self.folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        # What the distribution's own file has around a site.
        around = self.folder / "around.conf"
        around.write_text(
            f"user root root; pid {self.folder}/nginx.pid; error_log stderr; daemon off; worker_processes 1;"
            f"events {{}} http {{ {temporary} include {site}; }}"
        )
        return ["nginx", "-p", str(self.folder), "-c", str(around)]

    def haproxy(self) -> list[str]:
        path = self.written(
            "haproxy.cfg",
            **{
                "bind :80\n": f"bind 127.0.0.1:{self.plain}\n",
                "bind :443 ": f"bind 127.0.0.1:{self.port} ",
                "/etc/ssl/idp/idp.pem": str(self.both),
                # Of the machine's administrator, who need not be the one that runs tests.
                "    user haproxy\n    group haproxy\n    chroot /var/lib/haproxy\n": "",
            },
        )
        return ["haproxy", "-db", "-f", str(path)]


PROXIES: dict[str, Callable[[Proxy], list[str]]] = {
    "caddy": Proxy.caddy,
    "nginx": Proxy.nginx,
    "haproxy": Proxy.haproxy,
}


@pytest.fixture(scope="module", params=PROXIES)
def proxied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A provider behind the real proxy."""
    if shutil.which(request.param) is None:
        pytest.skip(f"left out: needs {request.param}")
    folder = tmp_path_factory.mktemp(request.param)
    installation = Installation(folder, fresh_database("sqlite"))
    proxy = Proxy(folder, installation)
    text = installation.config.read_text(encoding="utf-8")
    text = text.replace(
        f'issuer = "{installation.address}"', f'issuer = "{proxy.address}"\ntrusted_proxies = 1'
    ) + ("[signin]\nstaff_second_factor = false\nnew_device_check = false\n[throttling]\nper_address = 2\n")
    installation.config.write_text(text, encoding="utf-8")
    command = PROXIES[request.param](proxy)
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    with installation.running("serve", "--no-worker"), open(folder / "proxy.log", "wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            eventually(lambda: _status(proxy, "/jwks.json") == 200 or process.poll() is not None)
            assert process.poll() is None, (folder / "proxy.log").read_text()
            yield proxy
        finally:
            process.terminate()
            process.wait(20)


def _browser(proxy: Proxy) -> requests.Session:
    browser = requests.Session()
    # A bundle named by the environment would win over `verify`.
    browser.trust_env, browser.verify = False, str(proxy.certificate)
    return browser


def _status(proxy: Proxy, path: str) -> int | None:
    try:
        return _browser(proxy).get(f"{proxy.address}{path}", timeout=10).status_code
    except requests.ConnectionError:
        return None


def _head(installation: Installation) -> Someone:
    with installation.inside() as app:
        return World(app, system_clock).staff("Paul", "Martin", "head")


def _signed_in(proxy: Proxy, head: Someone) -> Person:
    office = Person(_browser(proxy)).opens(f"{proxy.address}/console/")
    return office.fills(username=head.username, password=head.password)


def large_export() -> tuple[bytes, bytes]:
    """The two files of a school of 3,000 pupils: some megabytes."""
    numbers = range(1, 3001)
    exported = export(
        tuple(pupil(str(n), ine=f"{n:09}AB", first_name=f"Léa {n}") for n in numbers),
        tuple(person(str(n + 10_000), contact_mail=f"p{n}@famille.example") for n in numbers),
        tuple(link(str(n), str(n + 10_000)) for n in numbers),
    )
    return pupils_xml(exported), guardians_xml(exported)


def test_a_schools_files_come_through_the_shipped_proxy(proxied: Proxy) -> None:
    office = _signed_in(proxied, _head(proxied.installation))
    path = f"{proxied.address}/console/school/{HERE}/imports"
    token = fields_of(office.opens(path).html, having="csrf_token")["csrf_token"]
    contents = large_export()
    assert sum(map(len, contents)) > 1_500_000
    files = [("files", (f"{name}.xml", content)) for name, content in zip("er", contents, strict=True)]
    answer = office.http.post(path, data={"csrf_token": token}, files=files, timeout=60)
    assert answer.status_code == 200, answer.text
    assert re.fullmatch(rf"{re.escape(path)}/\d+", answer.url)


def test_what_is_larger_than_the_limit_is_refused_before_it_is_sent(proxied: Proxy) -> None:
    """413 (RFC 9110 §15.5.14), rather than a 502 that speaks of a provider that is away."""
    request = requests.Request("POST", f"{proxied.address}/token", data=b"x").prepare()
    request.headers["Content-Length"] = str(LARGEST + 1)
    assert _browser(proxied).send(request, timeout=20).status_code == 413


def test_the_shipped_proxy_keeps_the_health_pages_inside(proxied: Proxy) -> None:
    assert _status(proxied, "/health/live") == 404


def test_what_a_client_claims_of_its_address_is_dropped(proxied: Proxy) -> None:
    """Failures count by the address that the proxy sees: another claimed one at each try is no way around."""
    office = Person(_browser(proxied))
    for tries in range(3):
        office.http.headers["X-Forwarded-For"] = f"203.0.{tries}.7"
        office.opens(f"{proxied.address}/console/")
        office.fills(username=f"nobody{tries}", password="wrong")
    office.sees("S05")


UNITS = ("idp.service", "idp-worker.service")


def unit(name: str) -> dict[str, dict[str, str]]:
    """Section → key → value of a shipped unit; no key stands twice."""
    reader = configparser.ConfigParser(interpolation=None)
    reader.optionxform = str  # type: ignore[assignment,method-assign]
    reader.read(DEPLOY / name, encoding="utf-8")
    return {section: dict(reader[section]) for section in reader.sections()}


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_begins_again_however_long_the_database_is_away(name: str) -> None:
    """systemd gives up after five starts in ten seconds unless it is configured otherwise (systemd.unit(5), StartLimitIntervalSec)."""
    read = unit(name)
    assert read["Service"]["Restart"] == "always"
    assert float(read["Service"]["RestartSec"]) >= 1
    assert read["Unit"]["StartLimitIntervalSec"] == "0"
    assert {"network-online.target", "postgresql.service"} <= set(read["Unit"]["After"].split())
    assert "network-online.target" in read["Unit"]["Wants"].split()
    assert "postgresql.service" not in read["Unit"].get("Requires", "") + read["Unit"]["Wants"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="left out: needs systemd-analyze")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for name in UNITS:
        text = (DEPLOY / name).read_text(encoding="utf-8").replace("/opt/idp/.venv/bin/idp", "/bin/true")
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in UNITS)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_command_of_anybody_else_is_handed_to_sudo_as_it_is() -> None:
    """The test of the operator's page shows what follows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copy(DEPLOY / "idp-command", folder / "idp")
        (folder / "sudo").write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", encoding="utf-8")
        for program in folder.iterdir():
            program.chmod(0o755)
        done = subprocess.run(
            [str(folder / "idp"), "people", "school", "0990001N", "Collège des  Tilleuls"],
            env={"PATH": f"{folder}:/usr/bin:/bin"},
            # Root would need no sudo.
            user=65534 if os.geteuid() == 0 else None,
            capture_output=True,
            text=True,
            check=True,
        )
    words = ["--", str(folder / "idp"), "people", "school", "0990001N", "Collège des  Tilleuls"]
    assert done.stdout.splitlines() == words


def test_units_and_commands_have_the_same_variables_and_every_secret_is_among_them() -> None:
    lines = (DEPLOY / "environment").read_text(encoding="utf-8").splitlines()
    variables = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    # What systemd and the shell read alike: no blanks, no quotes, no signs that either would change.
    assert all(re.fullmatch(r"[\w./]+", value) for value in variables.values())
    secret = {f"IDP_SECRETS__{key.upper()}_FILE" for key in Secrets.model_fields}
    assert set(variables) == {"IDP_CONFIG", "IDP_MAIL__PASSWORD_FILE"} | secret
    for name in UNITS:
        assert unit(name)["Service"]["EnvironmentFile"] == "/etc/idp/environment"
        assert "Environment" not in unit(name)["Service"]
    assert ". /etc/idp/environment\n" in (DEPLOY / "idp-command").read_text(encoding="utf-8")
