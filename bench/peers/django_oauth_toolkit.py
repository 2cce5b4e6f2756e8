"""PyPI's django-oauth-toolkit on SQLite, served by granian with one worker. It signs RS256: it knows no other asymmetric algorithm."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.peers.installing import NotInstalled, run
from bench.sides import PASSWORD, REDIRECT, USERNAMES, Side, running

FOLDER = Path(__file__).parent / "django"
PORT = 8731
ENVIRONMENT = FOLDER / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"


@contextmanager
def django_oauth_toolkit() -> Iterator[Side]:
    """Raises NotInstalled."""
    install()
    folder = Path(tempfile.mkdtemp(prefix="bench-django-"))
    issuer = f"http://localhost:{PORT}/o"
    side = Side(
        "django-oauth-toolkit", PORT, "bench", "a-secret-for-the-bench-and-nothing-else", "/o/authorize/", "/o/token/",
        "/o/userinfo/", "/o/introspect/", "/o/.well-known/openid-configuration", "/o/.well-known/jwks.json",
        usernames=USERNAMES, offline_scope="openid profile email", algorithm="RS256",
    )  # fmt: skip
    environment = {
        "BENCH_FOLDER": str(folder),
        "BENCH_ISSUER": issuer,
        "DJANGO_SETTINGS_MODULE": "settings",
        "PYTHONPATH": str(FOLDER),
    }
    plan = {
        "password": PASSWORD,
        "usernames": USERNAMES,
        "client_id": side.client_id,
        "client_secret": side.client_secret,
        "redirect": REDIRECT,
    }
    prepared = subprocess.run(
        [str(PYTHON), "prepare.py"],
        cwd=FOLDER,
        env=environment,
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        timeout=120,
    )
    if prepared.returncode != 0:
        raise NotInstalled(f"its base could not be made: {prepared.stderr.strip()[-300:]}")
    command = [
        str(PYTHON), "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(PORT), "--workers", "1",
        "--blocking-threads", "4", "--working-dir", str(FOLDER), "--no-access-log", "wsgi:application",
    ]  # fmt: skip
    try:
        with running(side, command, side.discovery_path, environment=environment, log=folder / "log"):
            yield side
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def install() -> None:
    """Its locked packages in an environment of their own. Raises NotInstalled."""
    lock, made = (
        FOLDER / "requirements.lock",
        ENVIRONMENT / f"installed-{sys.version_info.major}.{sys.version_info.minor}",
    )
    if made.exists() and made.stat().st_mtime >= lock.stat().st_mtime:
        return
    run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], FOLDER)
    run([str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)], FOLDER)
    made.touch()


def version() -> str:
    """Of the package, of Django and of granian."""
    asked = "from importlib.metadata import version as v; print(v('django-oauth-toolkit'), 'on Django', v('django'), 'and granian', v('granian'))"
    return run([str(PYTHON), "-c", asked], FOLDER).strip()
