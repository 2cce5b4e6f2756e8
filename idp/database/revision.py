"""The revision of the schema, without Alembic: a web worker asks for it, and Alembic is slow to import."""

import re
from pathlib import Path

from sqlalchemy import Connection, text

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
_stored = text("SELECT version_num FROM alembic_version")


def wanted_revision() -> str:
    """The newest revision of this version of the program: its files are numbered."""
    return max(file.name[:4] for file in _VERSIONS.iterdir() if re.match(r"\d{4}_", file.name))


def stored_revision(connection: Connection) -> str | None:
    """The database's revision; None if it has none. Raises one of UNREADABLE."""
    revision: str | None = connection.execute(_stored).scalar()
    return revision
