"""PostgreSQL's own log of waits for locks (log_lock_waits), for one database of the test server."""

import re
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg


class LockLog:
    """Waits of at least a millisecond, from its making on: connections made later log them."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._name = parts.path.lstrip("/")
        self._file = Path(parse_qs(parts.query)["host"][0]) / "log"
        self._address = url.replace("+psycopg", "")
        self._set("SET log_lock_waits = on", "SET deadlock_timeout = '1ms'")
        self._begins = self._file.stat().st_size

    def read(self) -> str:
        with self._file.open("rb") as file:
            file.seek(self._begins)
            return file.read().decode()

    def waits(self) -> list[str]:
        """Each wait for a row that another transaction has written: the line, the row and the statement.

        Waits for a file to be extended are left out: they are none for a row of somebody else.
        """
        lines = self.read().splitlines()
        return [
            "\n".join(lines[index : index + 4])
            for index, line in enumerate(lines)
            if re.search(r"(still waiting for|acquired) \w+ on (transaction|tuple)", line)
        ]

    def until(self, text: str) -> None:
        """Return when a wait has been logged whose lines contain `text`."""
        end = time.monotonic() + 30
        while not any(text in wait for wait in self.waits()):
            assert time.monotonic() < end, self.read()
            time.sleep(0.01)

    def close(self) -> None:
        self._set("RESET log_lock_waits", "RESET deadlock_timeout")

    def _set(self, *settings: str) -> None:
        with psycopg.connect(self._address, autocommit=True) as connection:
            for setting in settings:
                connection.execute(f"ALTER DATABASE {self._name} {setting}")
