"""Processes of the `idp` command whose modules are imported already: forked from one that has imported them once.

Half a second of a start is imports, the same each time. Such a process is otherwise like any other: its own session, directory,
environment, output and end. Where the start itself is the subject, a test has an interpreter of its own
(`Installation.running(…, program=INTERPRETER)`).
"""

import atexit
import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

_SERVER = multiprocessing.get_context("forkserver")
_IMPORTED = "tests.operations.launched"
_SERVER.set_forkserver_preload([_IMPORTED])


class Launched:
    """`idp WORDS`, with what tests use of `subprocess.Popen`; both outputs are appended to `log`."""

    def __init__(self, words: list[str], cwd: Path, environ: dict[str, str], log: Path) -> None:
        log.touch()
        self._process = _SERVER.Process(target=_run, args=(words, str(cwd), environ, str(log)))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, negative for a signal. Raises TimeoutExpired after `timeout` seconds."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(str(self._process), timeout or 0.0)
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        # Its parent may have waited for it already: the process id is no longer its own then.
        with contextlib.suppress(ProcessLookupError):
            if self.poll() is None:
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run(words: list[str], cwd: str, environ: dict[str, str], log: str) -> None:
    """The process: `idp WORDS`."""
    # multiprocessing says nothing of a module that it could not import beforehand.
    assert _IMPORTED in sys.modules
    os.setsid()
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environ)
    output = os.open(log, os.O_WRONLY | os.O_APPEND)
    for number in (1, 2):
        os.dup2(output, number)
    os.close(output)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(write_through=True)  # type: ignore[union-attr]
    sys.argv = ["idp", *words]
    # Not the method by which this process came about: what `idp` itself starts begins as in any interpreter.
    multiprocessing.set_start_method(None, force=True)
    from idp.cli import main

    try:
        main(words, prog_name="idp")
    finally:
        # multiprocessing ends a process without them.
        atexit._run_exitfuncs()
