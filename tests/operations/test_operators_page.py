"""docs/operating.md, and the commands of docs/passwords.md, carried out from its first command to its last on a machine that has none of this yet.

The machine is this one with folders of its own over /etc, /opt, /usr/local, /var and the home directory, and with processes
of its own; all of it is gone at the end. There, users, groups, folders, the clone, the virtual environment, the services and
their secrets are real. `systemctl` is tests/operations/service_manager.py, and `sudo` is not needed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from idp.demo.siecle_files import write_siecle
from tests.documents import blocks
from tests.imports.exports import export, link, person, pupil
from tests.operations.installation import ROOT, PostOffice, environment, free_port
from tests.wheels import from_wheels

PAGE = "docs/operating.md"
OVER = ("/etc", "/opt", "/usr/local", "/var", "/root")

READY = """
python3 -c "
import sys, urllib.request
sys.path.insert(0, '{root}')
from tests.watching import eventually
def ready():
    try:
        return urllib.request.urlopen('http://127.0.0.1:{port}/health/ready').status == 200
    except OSError:
        return False
eventually(ready, pause=0.1)"
"""

MACHINE = """
set -eu
# In memory: what is made here is gone with the last process, and nothing has to be cleared away.
layers={folder}/layers
mkdir $layers
mount -t tmpfs tmpfs $layers
for over in {over}; do
    mkdir -p $layers/upper$over $layers/work$over
    mount -t overlay overlay -o lowerdir=$over,upperdir=$layers/upper$over,workdir=$layers/work$over $over
done
trap 'cat /var/tmp/units/*.log' EXIT
# The interpreter may be in the home directory of root.
chmod 755 /root
rm -rf /opt/idp /etc/idp /var/lib/idp
mkdir -p /etc/caddy /etc/systemd/system /var/backups
for name in sudo systemctl; do cp {folder}/$name /usr/local/bin/$name; done
export PATH=/usr/local/bin:$PATH HOME=/root
# pip compiles for root and for the user idp, who cannot.
unset PYTHONDONTWRITEBYTECODE
python3() {{ {python} "$@"; }}
cd {folder}
"""


def _possible() -> bool:
    """Whether this user may make such a machine."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "setpriv", "sqlite3", "git", "useradd"))):
        return False
    over = "lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work"
    mounts = (
        f"mount -t tmpfs none /mnt && mkdir /mnt/upper /mnt/work && mount -t overlay overlay -o {over} /etc"
    )
    trial = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", mounts]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


def _settings(port: int, smtp: int) -> str:
    """The example file, changed as the page says; the ports are this machine's."""
    (wanted,) = [tomllib.loads(text) for text in blocks(PAGE, "toml") if "[server]" in text]
    wanted["server"]["port"] = port
    wanted["mail"] |= {"host": "127.0.0.1", "port": smtp, "security": "none", "username": ""}
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    text = re.sub(r"(?ms)^\[secrets\].*?(?=^\[)", "", text)
    for section, values in wanted.items():
        for key, value in values.items():
            shown = json.dumps(value, ensure_ascii=False)
            text, changed = re.subn(
                rf"(?ms)^(\[{section}\]\n(?:(?!^\[).)*?^)#? ?{key} = [^\n]*", rf"\g<1>{key} = {shown}", text
            )
            assert changed == 1, f"{section}.{key}"
    return text


def _put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    (folder / name).chmod(0o755)


@pytest.mark.timeout(1800)
def test_every_command_of_the_operators_page_works_as_it_is_written(
    tmp_path: Path, post_office: PostOffice
) -> None:
    if not _possible():
        pytest.skip("left out: needs root, namespaces, sqlite3")
    port = free_port()
    pythonpath = f"PYTHONPATH={ROOT} exec {sys.executable} -m tests.operations.service_manager"
    _put(tmp_path, "sudo", '#!/bin/sh\nexec "$@"\n')
    _put(tmp_path, "systemctl", f'#!/bin/sh\n{pythonpath} "$@"\n')
    _put(tmp_path, "config.toml", _settings(port, post_office.port))
    _put(tmp_path, "registration.json", blocks("docs/integrating.md", "json")[0])
    _put(tmp_path, "pwned.txt", "".join(f"{n:040X}:{n}\n" for n in range(1, 200)))
    parents = ("Élise", "Émile", "Éva")
    write_siecle(
        export(
            tuple(pupil(str(n), first_name=f"Zoé{n}", birth_date=f"2015-03-0{n}") for n in (1, 2, 3)),
            tuple(
                person(f"1{n}", first_name=parents[n - 1], mobile=None, contact_mail=None) for n in (1, 2, 3)
            ),
            tuple(link(str(n), f"1{n}") for n in (1, 2, 3)),
        ),
        tmp_path,
    )
    # What the reader of the page has, and where they are.
    before = {
        "ElevesSansAdresses.xml": "cd {folder}",
        "pwned-sha1.txt.gz": "mkdir /var/tmp/list; cd /var/tmp/list; cp {folder}/pwned.txt .;"
        " gzip -c pwned.txt > pwned-sha1.txt.gz",
    }
    after = {
        "sudo useradd": "cp {folder}/config.toml /etc/idp/config.toml",
        "enable --now": READY,
        "systemctl start": READY,
        "systemctl restart": READY,
    }
    # A branch is pulled from: what is tested may be checked out without one.
    repository = tmp_path / "repository"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(repository)], check=True)
    subprocess.run(["git", "-C", str(repository), "checkout", "-q", "-B", "main"], check=True)
    script = MACHINE
    for number, block in enumerate([*blocks(PAGE, "sh"), *blocks("docs/passwords.md", "console")]):
        text = block.replace("REPOSITORY", str(repository))
        text = text.replace("sudo python3 ", f"sudo {sys.executable} ")
        text = text.replace("retire KID", "retire --yes $(idp keys list --json | {python} {folder}/kid.py)")
        text = "".join(f"{first}\n" for begun, first in before.items() if begun in block) + text
        script += f"\necho '== block {number}' >&2\n{text}"
        script += "".join(f"\n{more}\n" for begun, more in after.items() if begun in block)
    _put(tmp_path, "kid.py", "import json, sys\nprint(json.load(sys.stdin)[0]['kid'])\n")
    script += (
        "\necho == whole >&2\nstat -c '%U %G %a' /var/lib/idp/idp.sqlite3 /etc/idp/secrets/master_key >&2\n"
    )
    python = os.path.realpath(sys.executable) if sys.prefix == sys.base_prefix else sys.executable
    _put(
        tmp_path,
        "commands.sh",
        script.format(over=" ".join(OVER), folder=tmp_path, python=python, port=port, root=ROOT).replace(
            "set -eu", "set -eux", 1
        ),
    )
    done = subprocess.run(
        [
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            "sh",
            str(tmp_path / "commands.sh"),
        ],
        env=environment(**from_wheels(ROOT / "requirements.lock")),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=1700,
    )
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
    listing = done.stderr.partition("== whole")[2]
    assert "idp idp 600" in listing and "root idp 640" in listing
