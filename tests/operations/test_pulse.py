"""A pulse is seen by other processes, and time in which nobody looked is not held against it."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from idp.runtime.pulse import BEAT, Look, Pulse, looked
from tests.operations.installation import ROOT, Installation, eventually


@pytest.mark.parametrize(
    ("last", "beats", "now", "still"),
    [
        (Look(3, 100.0), 4, 100.5, 0.0),
        (Look(3, 100.0), 3, 100.5, 0.5),
        (Look(3, 100.0, still=4.0), 3, 100.5, 4.5),
        (Look(3, 100.0, still=4.0), 4, 100.5, 0.0),
        # The machine was suspended for an hour, or the watcher stopped.
        (Look(3, 100.0, still=0.5), 3, 3700.0, 0.5 + 2 * BEAT),
    ],
)
def test_how_long_a_pulse_has_been_still(last: Look, beats: int, now: float, still: float) -> None:
    assert looked(last, beats, now) == Look(beats, now, still)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_the_pulse_of_another_process_is_seen(method: str) -> None:
    pulse = Pulse()
    process = multiprocessing.get_context(method).Process(target=beat_until_killed, args=(pulse,))
    process.start()
    try:
        eventually(lambda: pulse.beats >= 2)
    finally:
        process.kill()
        process.join()
    pulse.close()


def test_the_pulse_of_another_program_is_seen() -> None:
    pulse = Pulse()
    code = f"import time; from idp.runtime.pulse import Pulse; Pulse({pulse.inherit()}).keep_beating(); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, close_fds=False) as program:
        try:
            eventually(lambda: pulse.beats >= 2)
        finally:
            program.kill()
    pulse.close()


@pytest.mark.parametrize("command", [("worker",), ("serve", "--no-worker")])
def test_systemd_is_notified_as_long_as_the_process_moves(
    command: tuple[str, ...], installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(installation.folder / "notify"))
        systemd.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", str(installation.folder / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "1000000")
        with installation.running(*command) as process:
            assert [systemd.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
            os.kill(process.pid, signal.SIGSTOP)
            eventually(lambda: state(process.pid) == "T")
            systemd.settimeout(2)
            with pytest.raises(TimeoutError):
                # One that was on its way, and no other: web workers do not speak for the server.
                [systemd.recv(100) for _ in range(3)]


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def beat_until_killed(pulse: Pulse) -> None:
    pulse.keep_beating()
    threading.Event().wait(60)
