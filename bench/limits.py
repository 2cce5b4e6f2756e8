"""What would remain of each flow if the provider's own code cost nothing: the server, SQLite's work, and cryptography.

`python -m bench.limits FOLDER` prints the units that one process measures; `measured` adds the server's. Every unit is microseconds of
processor time.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench.flows import same
from bench.http import get
from bench.measuring import measure
from bench.sides import Side, pinned, running

PORT = 8714
TURNS = 2_000
ROWS = 20_000

LIMITS: dict[str, dict[str, int]] = {
    "silent flow": {"request": 2, "read": 4, "write": 1, "write of two": 1, "ES256 signature": 1},
    "refresh": {"request": 1, "read": 2, "write of two": 1, "ES256 signature": 1},
    "userinfo": {"request": 1, "read": 2},
    "introspection": {"request": 1, "read": 2},
    "discovery": {"request": 1, "read": 1},
    "JWKS": {"request": 1, "read": 1},
}
"""Flow → how often it has each unit; the statements are those that tests/performance/test_statements.py pins."""


def bare(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """The smallest WSGI application: what the server costs."""
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]


def measured(seconds: float) -> dict[str, float]:
    """Every unit."""
    root = Path(__file__).parent.parent
    with tempfile.TemporaryDirectory(prefix="bench-limits-") as temporary:
        done = subprocess.run(
            [sys.executable, "-m", "bench.limits", temporary],
            cwd=root, preexec_fn=pinned, capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
        units: dict[str, float] = json.loads(done.stdout)
    side = Side("a bare application", PORT, "", "", "", "", "", "")
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(PORT), "--workers", "1",
        "--blocking-threads", "1", "--no-access-log", "bench.limits:bare",
    ]  # fmt: skip
    with running(side, command, "/", environment={"PYTHONPATH": str(root)}):
        ask = same(get("/", PORT), b"{}")
        measure(side, lambda connection, number: ask, seconds / 2)
        units["request"] = measure(side, lambda connection, number: ask, seconds).processor
    return units


def limit(flow: str, units: dict[str, float]) -> float | None:
    """Microseconds below which a flow cannot come with this server, this database and this signature."""
    parts = LIMITS.get(flow)
    return None if parts is None else sum(number * units[unit] for unit, number in parts.items())


def units_of_this_process(folder: Path) -> dict[str, float]:
    """A read by primary key, a write transaction of one row, of two statements, and a signature."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    base = sqlite3.connect(folder / "limits.sqlite3", isolation_level=None)
    base.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE rows (id INTEGER PRIMARY KEY, digest BLOB UNIQUE, used INTEGER)"
    )
    rows = ((number, os.urandom(32)) for number in range(ROWS))
    base.execute("BEGIN")
    base.executemany("INSERT INTO rows VALUES (?, ?, NULL)", rows)
    base.execute("COMMIT")
    key, turns = ec.generate_private_key(ec.SECP256R1()), iter(range(ROWS, 10 * ROWS))

    def read() -> None:
        base.execute("SELECT digest FROM rows WHERE id = ?", (next(turns) % ROWS,)).fetchone()

    def write() -> None:
        base.execute("BEGIN IMMEDIATE")
        base.execute("INSERT INTO rows VALUES (?, ?, NULL)", (next(turns), os.urandom(32)))
        base.execute("COMMIT")

    def write_two() -> None:
        base.execute("BEGIN IMMEDIATE")
        number = next(turns)
        base.execute("UPDATE rows SET used = 1 WHERE id = ?", (number % ROWS,))
        base.execute("INSERT INTO rows VALUES (?, ?, NULL)", (number, os.urandom(32)))
        base.execute("COMMIT")

    acts: dict[str, Callable[[], object]] = {
        "read": read,
        "write": write,
        "write of two": write_two,
        "ES256 signature": lambda: key.sign(b"x" * 400, ec.ECDSA(hashes.SHA256())),
    }
    return {name: _unit(act) for name, act in acts.items()}


def _unit(act: Callable[[], object]) -> float:
    for _ in range(TURNS // 10):
        act()
    spent = time.process_time()
    for _ in range(TURNS):
        act()
    return (time.process_time() - spent) / TURNS * 1e6


if __name__ == "__main__":
    print(json.dumps(units_of_this_process(Path(sys.argv[1]))))
