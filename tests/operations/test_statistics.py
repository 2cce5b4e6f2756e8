"""The statistics of the planner: the worker renews them, `idp doctor` misses them; and its look at the database itself."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection

from bench.academy.base import write
from bench.academy.rows import Size, of_people
from idp.cli import doctor
from idp.database import statistics
from idp.database.engine import reading, transaction
from idp.demo.school import invent
from idp.demo.siecle_files import write_siecle
from idp.imports import lifecycle
from idp.imports.rules.records import SiecleFile
from idp.imports.write import FILLED
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


@pytest.fixture
def empty(world: World) -> World:
    """PostgreSQL remembers what earlier tests have written to this database; TRUNCATE makes its tables new to the planner."""
    if reading().dialect.name == "postgresql":
        with transaction() as tx:
            tx.exec_driver_sql("TRUNCATE persons CASCADE")
        reading().exec_driver_sql("SELECT pg_stat_force_next_flush()")
    return world


def test_tables_that_an_import_has_filled_have_statistics_after_the_workers_next_minute(empty: World) -> None:
    with transaction() as tx:
        _import(tx)
    assert {"accounts", "persons"} <= set(statistics.missing(reading()))
    statistics.keep(NOON)
    assert statistics.missing(reading()) == []


def test_an_import_leaves_statistics_of_the_tables_that_it_has_filled(world: World, tmp_path: Path) -> None:
    """Of tables that were emptied: a planner that takes them for empty compares everybody with everybody, and the overview is late."""
    connection = reading()
    if connection.dialect.name != "postgresql":
        pytest.skip("SQLite has no statistics of empty tables")
    school = invent(pupils=60).schools[0].export
    files = write_siecle(school, tmp_path)

    def write_import() -> None:
        with open(files[0], "rb") as pupils, open(files[1], "rb") as guardians:
            lifecycle.write(
                [SiecleFile(files[0].name, pupils), SiecleFile(files[1].name, guardians)], NOON, "test"
            )

    def rows(table: str) -> tuple[int, int]:
        known = connection.exec_driver_sql(f"SELECT reltuples FROM pg_class WHERE relname = '{table}'")
        return known.scalar_one(), connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()

    write_import()
    with transaction() as tx:
        tx.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in FILLED:
            tx.exec_driver_sql(f"DELETE FROM {table}")
            tx.exec_driver_sql(f"ANALYZE {table}")
    assert [rows(table) for table in FILLED] == [(0, 0)] * len(FILLED)
    write_import()
    for table in FILLED:
        known, there = rows(table)
        assert known == there > 50, table


def test_a_small_base_needs_no_statistics(empty: World) -> None:
    empty.guardian()
    assert not {"accounts", "persons"} & set(statistics.missing(reading()))


def test_autovacuum_is_on(world: World) -> None:
    assert statistics.autovacuum_is_on(reading())


def test_the_doctor_names_the_tables_that_lack_them(app: Flask, empty: World) -> None:
    with transaction() as tx:
        _import(tx)
    finding = doctor._statistics(app)
    assert not finding.ok and "persons" in finding.seen
    statistics.keep(NOON)
    assert doctor._statistics(app).ok


def test_the_doctor_writes_to_a_database_of_either_engine(app: Flask, world: World) -> None:
    finding = doctor._database(app)
    assert finding.ok and finding.seen.startswith(reading().dialect.name)
