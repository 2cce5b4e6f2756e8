"""The metrics of a service: the directory in which its processes count, and the process that serves `/metrics`."""

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from idp.runtime.companion import Companion
from idp.runtime.processes import listen

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - the directory in it is the user's own, checked


class DirectoryTaken(Exception):
    """The metrics directory exists and belongs to another user."""


@contextlib.contextmanager
def served(host: str, port: int, file: Path | None, frozen_after: float) -> Iterator[Path | None]:
    """Serve `/metrics` on `port` beside this process. Yields the directory in which its children count; None for port 0.

    `file`: the settings' file. The port is taken before the directory is emptied: no two services have one directory.
    Raises PortTaken, DirectoryTaken.
    """
    if not port:
        yield None
        return
    with listen(host, port, "metrics", patience=2.0) as listener:
        directory = emptied(parent_directory() / f"idp-metrics-{os.getuid()}-{port}")
        listener.listen(16)
        os.set_inheritable(listener.fileno(), True)
        words = ["metrics", "--listener", str(listener.fileno()), "--directory", str(directory)]
        endpoint = Companion(words, file, frozen_after)
        endpoint.start()
        try:
            yield directory
        finally:
            endpoint.stop()
            shutil.rmtree(directory, ignore_errors=True)


def emptied(directory: Path) -> Path:
    """Make `directory`, for this user alone, or empty it. Raises DirectoryTaken."""
    directory.mkdir(mode=0o700, exist_ok=True)
    facts = directory.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid() or facts.st_mode & 0o077:
        raise DirectoryTaken(f"{directory} is not a directory of this user alone. Remove it.")
    for file in directory.iterdir():
        file.unlink()
    return directory


def parent_directory() -> Path:
    """The parent of the metrics directory: in memory if possible, because each request writes to these files."""
    return _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
