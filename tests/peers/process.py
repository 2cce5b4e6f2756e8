"""A relying party in a process of its own, which writes and reads JSON lines until its input ends."""

import json
import subprocess
from pathlib import Path
from typing import Any


class Process:
    def __init__(self, command: list[str], folder: Path) -> None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self._running = subprocess.Popen(command, cwd=folder, text=True, **pipes)

    def answer(self) -> dict[str, Any]:
        assert self._running.stdout is not None and self._running.stderr is not None
        line = self._running.stdout.readline()
        assert line, self._running.stderr.read()
        return dict(json.loads(line))

    def configure(self, values: dict[str, Any]) -> None:
        """Send the values that are set, and wait for {"ready": true}."""
        assert self._running.stdin is not None
        self._running.stdin.write(json.dumps({name: value for name, value in values.items() if value}) + "\n")
        self._running.stdin.flush()
        assert self.answer() == {"ready": True}

    def ends(self) -> None:
        self._running.communicate(timeout=20)
