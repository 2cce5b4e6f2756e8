"""The whole demonstration, started from its command, on free ports."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 120


def free_ports() -> tuple[int, int]:
    """A base from which the demonstration's ports are free (base to base+5 and base+25), and one for SMTP."""
    # Below the ports that the system lends to outgoing connections, which could take one at any moment.
    for base in range(20000 + os.getpid() % 300 * 28, 31900, 28):
        try:
            for port in (*range(base, base + 6), base + 25, base + 26):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base, base + 26
    raise AssertionError("no free ports")


@dataclass
class Demo:
    """A running demonstration."""

    folder: Path
    base: int
    smtp: int
    process: subprocess.Popen[str] | None = None
    recovery_codes: dict[str, list[str]] = field(default_factory=dict)

    @property
    def provider(self) -> str:
        return f"http://localhost:{self.base}"

    @property
    def icart(self) -> str:
        return f"http://localhost:{self.base + 1}"

    @property
    def pronote(self) -> str:
        return f"http://localhost:{self.base + 2}"

    @property
    def teleservices(self) -> str:
        return f"http://localhost:{self.base + 3}"

    @property
    def pronote_cas(self) -> str:
        return f"http://localhost:{self.base + 4}"

    @property
    def ent_saml(self) -> str:
        return f"http://localhost:{self.base + 5}"

    @property
    def mailbox(self) -> str:
        return f"http://localhost:{self.base + 25}"

    def card(self, name: str) -> dict[str, Any]:
        cards = json.loads((self.folder / "accounts.json").read_text(encoding="utf-8"))
        return next(card for card in cards if card["name"] == name)

    def start(self, python: str = sys.executable, cwd: Path | None = None) -> None:
        """Start, and wait until it has printed its addresses."""
        ports = ["--port-base", str(self.base), "--smtp-port", str(self.smtp)]
        self.process = subprocess.Popen(
            [python, "-m", "idp.cli", "demo", "--folder", str(self.folder), *ports],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=cwd,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                return
        raise AssertionError("the demonstration did not start:\n" + "".join(lines))

    def stop(self, sent_signal: int = signal.SIGINT) -> int:
        """End it by a signal; its exit code."""
        assert self.process is not None
        self.process.send_signal(sent_signal)
        code = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demonstration for a module: its tests change the accounts that the demonstration shows."""
    base, smtp = free_ports()
    demo = Demo(tmp_path_factory.mktemp("demo") / "place", base, smtp)
    demo.start()
    yield demo
    demo.stop()
