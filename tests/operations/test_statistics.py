"""The statistics of the planner: the worker renews them, `idp doctor` misses them."""

import pytest
from sqlalchemy import Connection

from bench.academy.base import write
from bench.academy.rows import Size, of_people
from idp.database import statistics
from idp.database.engine import reading, transaction
from tests.actors.world import World
from tests.conftest import NOON

pytestmark = pytest.mark.both_engines

MANY = Size(schools=4, pupils=150)
PEOPLE = [rows for rows in of_people(MANY) if rows.table in ("schools", "persons", "accounts")]


def _import(connection: Connection) -> None:
    for rows in PEOPLE:
        write(connection, rows)
    if connection.dialect.name == "postgresql":
        # The counters of changes reach the server's statistics when a session reports them.
        connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")


def test_tables_that_an_import_has_filled_have_statistics_after_the_workers_next_minute(world: World) -> None:
    with transaction() as tx:
        _import(tx)
    # PostgreSQL also counts what earlier tests have written to this database.
    assert {"accounts", "persons"} <= set(statistics.missing(reading()))
    statistics.keep(NOON)
    assert statistics.missing(reading()) == []


def test_a_small_base_needs_no_statistics(world: World) -> None:
    before = statistics.missing(reading())
    world.guardian()
    assert statistics.missing(reading()) == before


def test_autovacuum_is_on(world: World) -> None:
    assert statistics.autovacuum_is_on(reading())
