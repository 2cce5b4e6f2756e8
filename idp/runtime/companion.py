"""A child that runs beside a server or worker: an `idp` command, started again when it ends or shows no progress."""

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from idp.runtime.pulse import BEAT, Look, Pulse, looked

_GRACE = 5.0

log = logging.getLogger("idp.server")


class Companion(threading.Thread):
    """Keeps one `idp WORDS…` running; one that shows no progress for `frozen_after` s is replaced.

    `words`: a command with the options `--parent` and `--pulse`. `file`: the settings' file.
    """

    def __init__(self, words: list[str], file: Path | None, frozen_after: float) -> None:
        super().__init__(name=words[0], daemon=True)
        config = [] if file is None else ["--config", str(file)]
        self._command = [sys.executable, "-m", "idp.cli", *config, *words, "--parent", str(os.getpid())]
        self._frozen_after = frozen_after
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        # A child is bound to the life of the thread that started it: this one lives as long as the process.
        while not self._stopping.is_set():
            pulse = Pulse()
            command = [*self._command, "--pulse", str(pulse.inherit())]
            # close_fds=False has it spawned without the pipe that a web worker forked at the same moment would inherit,
            # and on whose end this thread would wait for ever.
            self._child = subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=False)
            self._wait(self._child, pulse)
            pulse.close()
            self._stopping.wait(BEAT)

    def _wait(self, child: "subprocess.Popen[bytes]", pulse: Pulse) -> None:
        """Return when `child` has ended, or was killed because it showed no progress."""
        look = Look(pulse.beats, time.monotonic())
        while child.poll() is None and not self._stopping.wait(BEAT):
            look = looked(look, pulse.beats, time.monotonic())
            if look.still > self._frozen_after:
                log.error("the %s shows no progress for %g s: killed", self.name, look.still)
                child.kill()
                break
        child.wait()

    def stop(self) -> None:
        """End the child; undelivered messages wait in the outbox."""
        self._stopping.set()
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
        self.join(_GRACE)
        if self.is_alive() and self._child is not None:
            self._child.kill()
