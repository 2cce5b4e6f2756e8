"""The environment of the Django sites: an interpreter with the locked packages."""

import sys
from pathlib import Path

from tests.peers.conftest import install

SITE = Path(__file__).parent / "django"


def interpreter() -> str:
    """An interpreter with the locked Django and its libraries."""
    made = SITE / ".venv"
    python = str(made / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--require-hashes"]
    install(
        SITE / "requirements.lock",
        made / "installed",
        [sys.executable, "-m", "venv", "--clear", str(made)],
        [*pip, "-r", "requirements.lock"],
    )
    return python
