"""npm's oidc-provider, in memory or on SQLite."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.peers.installing import required, run
from bench.sides import PASSWORD, USERNAMES, Side, running

FOLDER = Path(__file__).parent / "node"


@contextmanager
def oidc_provider(store: str) -> Iterator[Side]:
    """`store`: "memory" or "sqlite". Raises NotInstalled."""
    node, npm = required("node"), required("npm")
    made = FOLDER / "node_modules" / ".package-lock.json"
    if not made.exists() or made.stat().st_mtime < (FOLDER / "package-lock.json").stat().st_mtime:
        run([npm, "ci", "--no-audit", "--no-fund"], FOLDER)
    folder = Path(tempfile.mkdtemp(prefix="bench-peer-"))
    side = Side(
        f"oidc-provider, {store}", 8720 if store == "memory" else 8721, "bench", "a-secret-for-the-bench-and-nothing-else",
        "/auth", "/token", "/me", "/token/introspection", jwks_path="/jwks", usernames=USERNAMES, consent_for_offline=True,
    )  # fmt: skip
    where = "memory" if store == "memory" else str(folder / "peer.sqlite3")
    command = [node, str(FOLDER / "server.mjs"), str(side.port), where]
    try:
        with running(
            side, command, side.discovery_path, environment={"PASSWORD": PASSWORD}, log=folder / "log"
        ):
            yield side
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def version() -> str:
    """Of the package and of Node.js."""
    listed = subprocess.run(
        ["npm", "ls", "oidc-provider", "--json"], cwd=FOLDER, capture_output=True, text=True
    )
    import json

    number = json.loads(listed.stdout)["dependencies"]["oidc-provider"]["version"]
    return f"{number} on Node.js {subprocess.check_output(['node', '--version'], text=True).strip()}"
