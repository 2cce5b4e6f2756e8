"""Installing a peer by its ordinary package client; what cannot be installed is reported by NotInstalled."""

import shutil
import subprocess
from pathlib import Path

BUILT = Path(__file__).parent / "build"
"""What is installed or unpacked; ignored by git."""


class NotInstalled(Exception):
    """A peer that cannot be had here, and why."""


def required(program: str) -> str:
    """The path of a program. Raises NotInstalled."""
    path = shutil.which(program)
    if path is None:
        raise NotInstalled(f"there is no {program} here")
    return path


def run(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> str:
    """The output of a step of an installation. Raises NotInstalled if it fails or takes ten minutes."""
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise NotInstalled(f"{Path(command[0]).name}: {fault}") from None
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise NotInstalled(f"{Path(command[0]).name} failed: {lines[-1] if lines else done.returncode}")
    return done.stdout
