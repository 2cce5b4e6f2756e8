"""The packages of a lock file as wheels on this machine, for tests that install them into environments of their own.

pip reads what the index has of each package, every version for every platform: two thirds of an installation. From a folder it
takes the same files, and checks them by the same lock. The folder is made once a checkout (`make clean` removes it).
"""

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

COMPILED_LATER = {"PIP_NO_COMPILE": "no"}
"""pip leaves each module to its first import by a user who may write beside it. pip reads the value as that of `compile`."""


def from_wheels(lock: Path) -> dict[str, str]:
    """Variables with which pip installs `lock` from this machine."""
    content = lock.read_bytes()
    folder = ROOT / "build" / "wheels" / hashlib.sha256(content).hexdigest()[:16]
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            _fetch(lock, folder)
            (folder / "complete").touch()
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}


def _fetch(lock: Path, folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
    ]
    options = ["--require-hashes", "--no-deps", "--dest", str(folder)]
    done = subprocess.run([*command, *options, "-r", str(lock)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
