"""The file of an SQLite database: its path, and how a connection to it is prepared."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, make_url


def from_working_folder(url: str) -> str:
    """Resolve sqlite:///relative/path from the working directory, not from Flask's instance folder."""
    parsed = make_url(url)
    path = parsed.database
    if parsed.get_backend_name() != "sqlite" or not path or path == ":memory:":
        return url
    return parsed.set(database=str(Path(path).absolute())).render_as_string(hide_password=False)


def file_of(engine: Engine) -> str | None:
    """The path of the SQLite database; None in memory, and for PostgreSQL."""
    path = engine.url.database
    return path if engine.dialect.name == "sqlite" and path not in (None, "", ":memory:") else None


def prepare(page_cache: int, mmap: int, connection: Any, _record: Any) -> None:
    """Set the pragmas of a new connection. `page_cache`, `mmap`: megabytes."""
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "wal_autocheckpoint=0",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        f"cache_size=-{page_cache * 1000}",
        f"mmap_size={mmap * 1_000_000}",
    ):
        connection.execute(f"PRAGMA {pragma}")
