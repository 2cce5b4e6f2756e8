"""The environment of the Django sites: an interpreter with the locked packages."""

import sys
from pathlib import Path

from tests.peers.conftest import install

SITE = Path(__file__).parent / "django"


def interpreter() -> str:
    """An interpreter with the locked Django and its libraries."""
    made = SITE / ".venv"
    python = str(made / "bin" / "python")
    # The pip of this environment installs into it: one of its own would cost more than Django.
    options = ["--no-input", "--disable-pip-version-check", "--no-compile", "--require-hashes"]
    install(
        SITE / "requirements.lock",
        made / "installed",
        [sys.executable, "-m", "venv", "--clear", "--without-pip", str(made)],
        [sys.executable, "-m", "pip", "--python", python, "install", *options, "-r", "requirements.lock"],
    )
    return python
