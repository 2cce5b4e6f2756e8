"""A fresh clone: `make demo` in an empty folder, a first login, and its end."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.actors.first_login import first_login
from tests.journeys.conftest import Demo, free_ports
from tests.wheels import COMPILED_LATER, from_wheels

ROOT = Path(__file__).parent.parent


def _has_this_python(environ: dict[str, str]) -> bool:
    """Whether `make` takes a Python of this version: wheels are for one version."""
    if "PYTHON" in environ or shutil.which("python3") is None:
        return False
    shown = subprocess.run(
        ["python3", "-c", "import sys; print(sys.version_info[:2])"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout.strip() == str(sys.version_info[:2])


@pytest.mark.skipif(
    shutil.which("make") is None or shutil.which("git") is None, reason="left out: needs make and git"
)
@pytest.mark.timeout(900)
def test_a_fresh_clone_runs_its_demonstration_with_one_command(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    base, smtp = free_ports()
    demo = Demo(clone / ".demo", base, smtp)
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in ("VIRTUAL_ENV", "PYTHONPATH", "MAKEFLAGS")
    }
    clean |= COMPILED_LATER
    if _has_this_python(clean):
        clean |= from_wheels(ROOT / "requirements.lock")
    make = subprocess.Popen(
        ["make", "demo", f"DEMO=--port-base {base} --smtp-port {smtp}"],
        cwd=clone,
        env=clean,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert make.stdout is not None
    lines: list[str] = []
    try:
        for line in make.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        else:
            raise AssertionError("it did not start:\n" + "".join(lines))
        assert (clone / ".venv/bin/python").exists()
        parent = first_login(demo, "guardian_new", "parent@example.org", "Poires-Vertes-1848")
        parent.fills(accept="1").sees("Fermer").opens(demo.icart).sees("Bonjour")
    finally:
        os.killpg(make.pid, signal.SIGINT)
        make.wait(60)
        make.stdout.close()
    assert not subprocess.run(
        ["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True
    ).stdout
