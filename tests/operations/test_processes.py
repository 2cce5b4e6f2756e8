"""A child never outlives its parent; a taken port is reported in one sentence."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.demo.supervisor import Service, ServiceDied, Supervisor
from idp.runtime.processes import PortTaken, refuse_taken_port
from tests.operations.installation import ROOT, alive, environment, eventually, free_port

CHILD = """
import os, time
from idp.runtime.processes import end_with_parent
end_with_parent(os.getppid())
print("ready", flush=True)
time.sleep(60)
"""
PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}])
print(child.pid, flush=True)
time.sleep(60)
"""


def test_a_child_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        lines = {parent.stdout.readline().strip(), parent.stdout.readline().strip()}
        child = int((lines - {"ready"}).pop())
        assert alive(child)
        os.kill(parent.pid, signal.SIGKILL)
    eventually(lambda: not alive(child))


def test_a_child_whose_parent_has_gone_already_ends_at_once() -> None:
    code = "from idp.runtime.processes import end_with_parent as e; e(1); import time; time.sleep(60)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=20).returncode == -signal.SIGTERM


def test_a_taken_port_is_named_with_its_purpose() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} \(i-Cart\) is in use"):
            refuse_taken_port("127.0.0.1", port, "i-Cart")
    refuse_taken_port("127.0.0.1", port, "i-Cart", patience=2)


def web(name: str, port: int) -> Service:
    command = ("-m", "http.server", "--bind", "127.0.0.1", str(port))
    return Service(name, command, f"http://127.0.0.1:{port}/")


def test_a_service_that_dies_is_named_with_the_end_of_its_log_and_the_others_stop(tmp_path: Path) -> None:
    broken = Service(
        "broken", ("-c", "raise SystemExit('no such thing')"), f"http://127.0.0.1:{free_port()}/"
    )
    port = free_port()
    with restored_signals(), Supervisor(tmp_path, environment()) as supervisor:
        supervisor.start(web("fine", port))
        supervisor.start(broken)
        with pytest.raises(ServiceDied, match=r"(?s)broken has ended.*no such thing"):
            supervisor.wait_until_all_answer()
    refuse_taken_port("127.0.0.1", port, "the other service")


@contextlib.contextmanager
def restored_signals() -> Iterator[None]:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)
