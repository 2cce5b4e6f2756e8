"""A provider as an operator has it: a folder with settings and a database, and the `idp` command run as a process."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from click.testing import CliRunner
from flask import Flask

from idp.cli import main
from idp.database.engine import transaction
from idp.messages.storage import outbox
from idp.runtime.context import system_clock
from idp.settings import Settings, load_settings
from tests.applications import Loan
from tests.conftest import TEST_SECRETS
from tests.engines import not_noted
from tests.operations.launching import Launched
from tests.watching import PATIENCE, alive, descendants, eventually

__all__ = ["PATIENCE", "alive", "descendants", "eventually"]

ROOT = Path(__file__).parents[2]


def environment(**more: str) -> dict[str, str]:
    """This environment without any setting of a provider, and `more`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("IDP_")}
    return {**inherited, "PYTHONUNBUFFERED": "1", **more}


def idp(*words: object, cwd: Path = ROOT, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """Run one `idp` command to its end."""
    command = [sys.executable, *INTERPRETER, *map(str, words)]
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment(**more),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status(url: str | urllib.request.Request) -> int | None:
    """The HTTP status at `url`; None while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return None


INTERPRETER = ("-m", "idp.cli")
"""The words after `python` for the command `idp`."""

Process = subprocess.Popen[bytes] | Launched


def _interpreter(words: list[str], log: Path) -> subprocess.Popen[bytes]:
    with open(log, "ab") as output:
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


class Installation:
    """A folder with config.toml and a migrated database."""

    def __init__(
        self, folder: Path, database: str, smtp_port: int = 9, patience: float | None = None
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://localhost:{self.port}"
        self.config = folder / "config.toml"
        sections: dict[str, dict[str, Any]] = {
            "server": {
                "mode": "development",
                "issuer": self.address,
                "port": self.port,
            },
            "database": {"url": database, **({"patience": patience} if patience else {})},
            "secrets": TEST_SECRETS,
            "hashing": {"time_cost": 1, "memory_cost": 64},
            "mail": {"host": "127.0.0.1", "port": smtp_port, "timeout": 10.0},
            "outgoing": {"allowed_networks": ["127.0.0.0/8", "::1/128"]},
        }
        text = "".join(
            f"[{section}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
            for section, values in sections.items()
        )
        self.config.write_text(text, encoding="utf-8")

    def run(self, *words: object, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end within this process: a process of its own takes a second to start.

        A fault that the command does not answer with a sentence is raised here; a terminal would show its stack trace.
        """
        command = ["--config", str(self.config), *map(str, words)]
        unset = {name: None for name in os.environ if name.startswith("IDP_")}
        with not_noted():
            done = CliRunner().invoke(main, command, input=stdin, env={**unset, **more}, prog_name="idp")
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return subprocess.CompletedProcess(command, done.exit_code, done.stdout, done.stderr)

    def run_process(self, *words: object, **more: Any) -> subprocess.CompletedProcess[str]:
        """The same as a process, where that is the subject."""
        return idp("--config", self.config, *words, **more)

    @contextlib.contextmanager
    def running(self, *words: object, program: tuple[str, str] | None = None) -> Iterator[Process]:
        """A command that does not end by itself; whatever is left of it at the end is killed.

        `program`: the words of an interpreter of its own; None has it forked from a process that has imported the same.
        """
        command, log = ["--config", str(self.config), *map(str, words)], self.folder / f"{words[0]}.log"
        process: Process = (
            Launched(command, ROOT, environment(), log)
            if program is None
            else _interpreter([*program, *command], log)
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()

    def settings(self) -> Settings:
        return load_settings(self.config, {})

    @contextlib.contextmanager
    def inside(self) -> Iterator[Flask]:
        """An application on the same database, to look and to act in."""
        loan = Loan(self.settings(), system_clock)
        with loan.app.app_context():
            yield loan.app
        loan.end()

    def post_mail(self, to: str = "claire@example.org") -> None:
        """Put a confirming mail into the outbox."""
        facts = {
            "name": "Claire",
            "link": f"{self.address}/mail/abc",
            "code": "123456",
            "hours": 24,
        }
        payload = {
            "to": to,
            "template": "confirm_mail",
            "language": "fr",
            "facts": facts,
        }
        with self.inside(), transaction() as tx:
            outbox.post(tx, "mail", payload, int(time.time()))


class PostOffice:
    """A real SMTP server. `answers` are given to recipients one after the other; then all is accepted.

    `sessions`: that of each mail, a connection each. `drops`: connections to close in the middle of a mail.
    """

    def __init__(self, smtputf8: bool = True) -> None:
        self.smtputf8 = smtputf8
        self.recipients: list[str] = []
        self.taken: list[bytes] = []
        self.sessions: list[Session] = []
        self.drops = 0
        self.answers: list[str] = []
        self.asked = threading.Event()
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.port = free_port()

    def __enter__(self) -> "PostOffice":
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.may_answer.set()
        self.close()

    def open(self) -> None:
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=self.smtputf8
        )
        self._controller.start()

    def close(self) -> None:
        self._controller.stop(no_assert=True)

    async def handle_RCPT(
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.recipients.append(address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        import asyncio

        if self.drops:
            self.drops -= 1
            server.transport.abort()
            return "421 dropped"
        self.sessions.append(session)
        self.asked.set()
        while not self.may_answer.is_set():
            await asyncio.sleep(0.02)
        content = envelope.content
        self.taken.append(content if isinstance(content, bytes) else (content or "").encode())
        return "250 OK"
