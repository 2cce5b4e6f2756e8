"""`systemctl` of a machine without systemd: of a unit it does what the operator's page relies on.

Done: ExecStartPre, ExecStart, User, WorkingDirectory, Environment, EnvironmentFile, StateDirectory, UMask, and a stop by
SIGTERM. Not done: the sandbox, restarts, the order of units. `python -m tests.operations.service_manager start idp`.
"""

import os
import pwd
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.watching import alive, eventually

UNITS = Path("/etc/systemd/system")
RUNNING = Path("/var/tmp/units")
KNOWN = {"enable", "disable", "start", "stop", "restart", "reload", "daemon-reload"}


def settings_of(name: str) -> list[tuple[str, str]]:
    """(key, value) of the unit's [Service], in order."""
    text = (UNITS / f"{name}.service").read_text(encoding="utf-8")
    section = text.partition("[Service]\n")[2].partition("\n[")[0]
    lines = [line for line in section.splitlines() if line and not line.startswith("#")]
    return [(key, value) for key, _, value in (line.partition("=") for line in lines)]


def start(name: str) -> None:
    """Start a service; CalledProcessError where a command before it fails."""
    entries = settings_of(name)
    values = dict(entries)
    user = pwd.getpwnam(values["User"])
    state = Path("/var/lib") / values["StateDirectory"]
    state.mkdir(exist_ok=True)
    shutil.chown(state, user.pw_uid, user.pw_gid)
    variables = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": user.pw_dir, "USER": user.pw_name}
    for key, value in entries:
        if key == "Environment":
            variables |= dict(word.split("=", 1) for word in shlex.split(value))
        elif key == "EnvironmentFile":
            lines = Path(value).read_text(encoding="utf-8").splitlines()
            variables |= dict(line.split("=", 1) for line in lines if line and line[0] not in "#;")
    as_user: dict[str, Any] = {
        "cwd": values["WorkingDirectory"],
        "env": variables,
        "user": user.pw_uid,
        "group": user.pw_gid,
        "extra_groups": os.getgrouplist(user.pw_name, user.pw_gid),
        "umask": int(values["UMask"], 8),
        "stdin": subprocess.DEVNULL,
    }
    RUNNING.mkdir(exist_ok=True)
    with open(RUNNING / f"{name}.log", "ab") as log:
        for key, value in entries:
            if key == "ExecStartPre":
                subprocess.run(shlex.split(value), **as_user, stdout=log, stderr=log, check=True)
        process = subprocess.Popen(
            shlex.split(values["ExecStart"]), **as_user, stdout=log, stderr=log, start_new_session=True
        )
    (RUNNING / f"{name}.pid").write_text(str(process.pid))


def stop(name: str) -> None:
    """Send SIGTERM, and wait until the service has ended."""
    pid = int((RUNNING / f"{name}.pid").read_text())
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: not alive(pid))


def main(words: list[str]) -> int:
    verb, *names = [word for word in words if not word.startswith("--")]
    assert verb in KNOWN, words
    for name in names:
        if verb == "reload" and name == "caddy" and shutil.which("caddy"):
            # What the running Caddy would do first.
            subprocess.run(
                ["caddy", "adapt", "--validate", "--config", "/etc/caddy/Caddyfile"],
                stdout=subprocess.DEVNULL,
                check=True,
            )
        if verb in ("stop", "restart"):
            stop(name)
        if verb in ("start", "restart") or (verb == "enable" and "--now" in words):
            start(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
