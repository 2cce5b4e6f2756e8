"""The commands of a stranger on a fresh machine: what they lack is one clear sentence."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.operations.installation import ROOT, environment

MAKE = shutil.which("make")
pytestmark = pytest.mark.skipif(MAKE is None, reason="make is not installed")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files that the environment is made from, and nothing else."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    return tmp_path


def program(folder: Path, text: str) -> Path:
    file = folder / "python3"
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def make(clone: Path, *words: str) -> str:
    """What `make` says on its way to failing."""
    done = subprocess.run(
        [str(MAKE), *words], cwd=clone, env=environment(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    return done.stderr


def test_an_old_python_is_named_with_what_is_needed(clone: Path) -> None:
    old = program(clone, 'case "$1" in --version) echo Python 3.9.2;; *) exit 1;; esac')
    assert (
        "Python 3.11 or newer is needed" in (output := make(clone, "demo", f"PYTHON={old}"))
        and "3.9.2" in output
    )


def test_a_missing_python_is_named(clone: Path) -> None:
    assert "no-such-python is missing" in make(clone, "demo", "PYTHON=no-such-python")


def test_a_missing_venv_module_is_named_with_the_package_that_has_it(clone: Path) -> None:
    bare = program(clone, 'case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac')
    assert "apt install python3-venv" in make(clone, "demo", f"PYTHON={bare}")


def test_of_one_version_the_distributions_own_python_is_taken(tmp_path: Path) -> None:
    """Another `python3` stands before it on the PATH."""
    distributed = subprocess.run(
        ["sh", "-c", "command -p -v python3"], capture_output=True, text=True, timeout=60
    ).stdout.strip()
    if (
        not distributed
        or subprocess.run([distributed, "-c", "import venv, ensurepip"], capture_output=True).returncode
    ):
        pytest.skip("left out: the distribution has no Python with venv")
    same = program(tmp_path, f'exec {distributed} "$@"')
    answers = environment() | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    assert interpreter(answers) == distributed
    assert interpreter(answers | {"PYTHON": str(same)}) == str(same)
    different = """case "$2" in *'version_info[:2]'*) echo different;; *) exec {} "$@";; esac"""
    program(tmp_path, different.format(distributed))
    assert interpreter(answers) == "python3"


def interpreter(environ: dict[str, str]) -> str:
    done = subprocess.run(
        ["sh", "scripts/interpreter.sh"], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("lock", "uv_can", "installed_by"),
    [
        ("requirements.lock", "true", ["pip requirements.lock"]),
        ("requirements-dev.lock", "true", ["pip .venv/uv.lock", "uv requirements-dev.lock"]),
        (
            "requirements-dev.lock",
            "false",
            ["pip .venv/uv.lock", "uv requirements-dev.lock", "pip requirements-dev.lock"],
        ),
    ],
)
def test_a_lock_file_with_uv_is_installed_by_it_and_by_pip_where_it_cannot(
    clone: Path, lock: str, uv_can: str, installed_by: list[str]
) -> None:
    """The interpreter and uv of the environment write down how they were called."""
    folder, calls = clone / ".venv/bin", clone / "calls"
    folder.mkdir(parents=True)
    program(folder, f'echo "pip $*" >>{calls}').rename(folder / "python")
    program(folder, f'echo "uv at $UV_DEFAULT_INDEX" "$*" >>{calls}; {uv_can}').rename(folder / "uv")
    environ = environment() | {"PIP_INDEX_URL": "https://packages.example/simple"}
    done = subprocess.run(
        ["sh", "scripts/environment.sh", lock], cwd=clone, env=environ, capture_output=True, timeout=60
    )
    assert done.returncode == 0
    lines = [line.split() for line in calls.read_text(encoding="utf-8").splitlines()]
    installs = [words for words in lines if "--require-hashes" in words]
    assert [f"{words[0]} {words[-1]}" for words in installs] == installed_by
    if len(installed_by) > 1:
        assert installs[1][:3] == ["uv", "at", "https://packages.example/simple"]
        block = (clone / ".venv/uv.lock").read_text(encoding="utf-8").splitlines()
        assert block[0].startswith("uv==") and all("--hash=sha256:" in line for line in block[1:])


def test_the_lock_files_have_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        packages = [line for line in text.splitlines() if line and not line.startswith(" ")]
        assert packages and text.count("--hash=sha256:") >= len(packages)
        assert "://" not in text and "index-url" not in text


def test_the_check_in_ci_runs_the_same_command_as_a_developer() -> None:
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    assert script.read_text().rstrip().endswith("exec make test </dev/null")
