"""Keycloak in its production mode on its H2 file, one realm with the people of the bench, ES256. Needs Maven and Java 21."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.peers.installing import BUILT, NotInstalled, required, run
from bench.sides import PASSWORD, REDIRECT, USERNAMES, Side, running

VERSION = "26.7.3"
DIGEST = "77657f30b7e90d70f727712ce1c967f430fd6a5e9f458d32d8c6df0635345f47"
"""SHA-256 of its tar.gz."""
PORT = 8730
SECRET = "a-secret-for-the-bench-and-nothing-else"
HOME = BUILT / f"keycloak-{VERSION}"
LEAST_JAVA = 21
# Argon2id with the parameters of the other sides; its own are m=7168, t=5.
OPTIONS = (
    "--spi-password-hashing--argon2--memory=19456",
    "--spi-password-hashing--argon2--iterations=2",
    "--spi-password-hashing--argon2--parallelism=1",
)


@contextmanager
def keycloak() -> Iterator[Side]:
    """Raises NotInstalled."""
    java = java_home()
    install(java)
    folder = Path(tempfile.mkdtemp(prefix="bench-keycloak-"))
    (HOME / "data" / "import").mkdir(parents=True, exist_ok=True)
    (HOME / "data" / "import" / "bench-realm.json").write_text(json.dumps(realm()), encoding="utf-8")
    base = "/realms/bench/protocol/openid-connect"
    side = Side(
        "Keycloak, H2", PORT, "bench", SECRET, f"{base}/auth", f"{base}/token", f"{base}/userinfo", f"{base}/token/introspect",
        "/realms/bench/.well-known/openid-configuration", f"{base}/certs", usernames=USERNAMES,
        offline_client="bench-refresh", offline_scope="openid profile email", warm_up=30.0,
    )  # fmt: skip
    command = [
        str(HOME / "bin" / "kc.sh"), "start", "--optimized", "--import-realm", "--http-enabled=true", f"--http-port={PORT}",
        "--http-host=127.0.0.1", f"--hostname=http://localhost:{PORT}", "--cache=local", "--log-level=warn",
        f"--db-url=jdbc:h2:file:{folder / 'base'};NON_KEYWORDS=VALUE", *OPTIONS,
    ]  # fmt: skip
    try:
        with running(
            side, command, side.discovery_path, environment={"JAVA_HOME": str(java)}, log=folder / "log"
        ):
            yield side
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def realm() -> dict[str, Any]:
    """The realm as Keycloak imports it. A second client, with refresh tokens: for a service that asks for none, none is made."""
    client = {
        "enabled": True,
        "secret": SECRET,
        "redirectUris": [REDIRECT],
        "publicClient": False,
        "clientAuthenticatorType": "client-secret",
        "standardFlowEnabled": True,
        "consentRequired": False,
        "fullScopeAllowed": False,
    }
    attributes = {
        "id.token.signed.response.alg": "ES256",
        "access.token.signed.response.alg": "ES256",
        "pkce.code.challenge.method": "S256",
    }
    return {
        "realm": "bench",
        "enabled": True,
        "sslRequired": "none",
        "defaultSignatureAlgorithm": "ES256",
        "revokeRefreshToken": True,
        "accessTokenLifespan": 600,
        # Sessions outlast a run, as on the other sides.
        "ssoSessionIdleTimeout": 28_800,
        "ssoSessionMaxLifespan": 86_400,
        "clients": [
            {
                **client,
                "clientId": "bench",
                "attributes": {**attributes, "use.refresh.tokens": "false"},
            },
            {
                **client,
                "clientId": "bench-refresh",
                "attributes": attributes,
                # Introspection answers a client that is in the token's audience.
                "protocolMappers": [
                    {
                        "name": "audience",
                        "protocol": "openid-connect",
                        "protocolMapper": "oidc-audience-mapper",
                        "config": {
                            "included.client.audience": "bench-refresh",
                            "access.token.claim": "true",
                        },
                    }
                ],
            },
        ],
        "users": [
            {
                "username": username,
                "enabled": True,
                "firstName": "Claire",
                "lastName": "Durand",
                "email": f"{username}@example.org",
                "emailVerified": True,
                "credentials": [{"type": "password", "value": PASSWORD}],
            }
            for username in USERNAMES
        ],
    }


def java_home() -> Path:
    """The home of a Java of at least LEAST_JAVA: JAVA_HOME's, that of the path, or one beside it. Raises NotInstalled."""
    candidates = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    if java := shutil.which("java"):
        candidates.append(Path(java).resolve().parent.parent)
    candidates += sorted(Path("/usr/lib/jvm").glob("*"))
    for home in candidates:
        try:
            answer = subprocess.run(
                [str(home / "bin" / "java"), "-version"], capture_output=True, text=True, timeout=30
            )
        except OSError:
            continue
        number = re.search(r'version "(\d+)', answer.stderr)
        if number and int(number.group(1)) >= LEAST_JAVA:
            return home
    raise NotInstalled(f"there is no Java {LEAST_JAVA} or newer here")


def install(java: Path) -> None:
    """Fetched by Maven, compared with DIGEST, unpacked, and built for H2. Raises NotInstalled."""
    made = HOME / "installed"
    if made.exists():
        return
    BUILT.mkdir(exist_ok=True)
    artifact = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:tar.gz"
    environment = {**os.environ, "JAVA_HOME": str(java)}
    with tempfile.TemporaryDirectory() as temporary:
        fetched = Path(temporary)
        copy = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
        run(
            [required("mvn"), "-q", "-B", copy, f"-Dartifact={artifact}", f"-DoutputDirectory={fetched}"],
            fetched,
            environment,
        )
        archive = fetched / f"keycloak-quarkus-dist-{VERSION}.tar.gz"
        with archive.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != DIGEST:
                raise NotInstalled("its archive has another digest")
        shutil.rmtree(HOME, ignore_errors=True)
        with tarfile.open(archive) as opened_archive:
            opened_archive.extractall(BUILT, filter="data")
    run([str(HOME / "bin" / "kc.sh"), "build", "--db=dev-file"], HOME, environment)
    made.touch()


def version() -> str:
    """Of Keycloak and of Java."""
    return f"{VERSION} on {run([str(java_home() / 'bin' / 'java'), '--version'], BUILT).splitlines()[0]}"
