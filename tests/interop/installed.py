"""What a peer needs, fetched by its ordinary package client; a test whose peer cannot be had is left out, and says why."""

import functools
import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

HERE = Path(__file__).parent
BUILT = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "idp-interop"
"""What is fetched or built, outside of the repository: the next run uses it again."""
LONGEST = 600
"""Seconds for a step of an installation."""


def left_out(peer: str, lack: str) -> NoReturn:
    """Leave the test out. In CI too: `make interop` is no part of it."""
    pytest.skip(f"left out: {peer}: {lack}")


def program(peer: str, name: str, package: str) -> str:
    """The path of a program. Skips."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if path is None:
        left_out(peer, f"there is no {name} here (Debian: {package})")
    return path


def folder(peer: str, path: Path) -> Path:
    """A folder that somebody has laid there. Skips."""
    if not path.is_dir():
        left_out(peer, f"there is no {path} here (tests/interop/README.md)")
    return path


def file(peer: str, path: str, package: str) -> Path:
    """A file of a Debian package. Skips."""
    if not Path(path).exists():
        left_out(peer, f"there is no {path} here (Debian: {package})")
    return Path(path)


@functools.cache
def jars() -> Path:
    """The folder of the jars of cas_client/pom.xml, each compared with its digest. Skips."""
    peer, project = "Java CAS client", HERE / "cas_client"
    digests = dict(reversed(line.split()) for line in (project / "jars.sha256").read_text().splitlines())
    folder = BUILT / f"jars-{_digest(project / 'jars.sha256')[:16]}"
    if not folder.exists():
        fetched = folder.with_name(f"{folder.name}.{os.getpid()}")
        copy = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
        maven = program(peer, "mvn", "maven")
        _run(peer, [maven, "-q", "-B", copy, f"-DoutputDirectory={fetched}"], project)
        fetched.replace(folder)
    present = {path.name: _digest(path) for path in folder.iterdir()}
    # A jar with another digest is no lack but a fault: nothing of it runs.
    assert present == digests, sorted(set(present.items()) ^ set(digests.items()))
    return folder


@functools.cache
def go_program(folder: str = "") -> Path:
    """The program of crewjam/, or of a folder below it, built with the modules of its go.sum. Skips."""
    peer, project = "crewjam/saml", HERE / "crewjam"
    BUILT.mkdir(parents=True, exist_ok=True)
    built = BUILT / (folder or "crewjam")
    # Go's own cache makes this a matter of a second where nothing has changed.
    _run(
        peer,
        [program(peer, "go", "golang"), "build", "-mod=readonly", "-o", str(built), f"./{folder}"],
        project,
    )
    return built


def debian_version(package: str) -> str:
    """Of an installed package; empty if there is none."""
    query = ["dpkg-query", "-W", "-f", "${Version}", package]
    return subprocess.run(query, capture_output=True, text=True, timeout=60).stdout


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _run(peer: str, command: list[str], folder: Path) -> None:
    """Skips if the command fails: packages that cannot be fetched here are a lack of this machine."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LONGEST)
    except (OSError, subprocess.TimeoutExpired) as fault:
        left_out(peer, f"{Path(command[0]).name}: {fault}")
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        left_out(peer, f"{Path(command[0]).name} failed: {lines[-1] if lines else done.returncode}")
