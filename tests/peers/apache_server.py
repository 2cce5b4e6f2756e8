"""Apache with one place, /me, behind a module that logs people in: `apache/base.conf`, then `apache/<name>.conf` and what /me shows."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from string import Template

import pytest

from tests.operations.installation import eventually, free_port, status
from tests.peers.conftest import missing

SITE = Path(__file__).parent / "apache"
MODULES = Path("/usr/lib/apache2/modules")


class Apache:
    """One server; its address is known before it starts.

    `name`: of the module, without mod_auth_, and of its files in the folder `site`. `symbol`: of a module with another name than that.
    """

    def __init__(self, name: str, site: Path = SITE, symbol: str | None = None) -> None:
        self._name, self._site = name, site
        self._module = f"auth_{name}" if symbol is None else name
        self._symbol = symbol or f"auth_{name}_module"
        self._program = _program(self._module)
        # A folder that the server still reads when it is no longer root, as a folder of pytest's is not.
        self.folder = Path(tempfile.mkdtemp(prefix="idp-apache-"))
        self.folder.chmod(0o755)
        pages = self.folder / "pages"
        pages.mkdir()
        shutil.copy(SITE / "bye", pages / "bye")
        shutil.copy(site / f"{name}.me", pages / "me")
        self._port = free_port()
        self._process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self, level: str = "info", **values: str) -> None:
        """Start with the words of the configuration filled in, and wait until a page is served."""
        text = (SITE / "base.conf").read_text(encoding="utf-8")
        text += (self._site / f"{self._name}.conf").read_text(encoding="utf-8")
        own = {"folder": str(self.folder), "port": str(self._port), "modules": str(MODULES)}
        own |= {"module": self._module, "symbol": self._symbol}
        filled = Template(text).substitute(own, level=level, **values)
        (self.folder / "httpd.conf").write_text(filled, encoding="utf-8")
        process = self._process = subprocess.Popen(
            [self._program, "-f", str(self.folder / "httpd.conf"), "-D", "FOREGROUND"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        eventually(lambda: process.poll() is not None or status(f"{self.address}/bye") == 200)
        assert process.poll() is None, process.communicate()[0]

    def end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.communicate(timeout=20)
        shutil.rmtree(self.folder)


def serving(name: str) -> Iterator[Apache]:
    """For a fixture: a server that ends with it. Where the module is not installed, the test is left out."""
    apache = Apache(name)
    yield apache
    apache.end()


def _program(module: str) -> str:
    program = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None or not (MODULES / f"mod_{module}.so").exists():
        missing(f"Apache's mod_{module}", f"libapache2-mod-{module.replace('_', '-')}")
    return program


@pytest.fixture
def apache(request: pytest.FixtureRequest) -> Iterator[Apache]:
    """The server of the module that the test file names (`MODULE`)."""
    yield from serving(request.module.MODULE)
