"""`python -m bench.academy vacuum --rate 50 --seconds 360`: silent flows on PostgreSQL beside retention, and what autovacuum does.

Rows live for some seconds, as in `bench.academy.retention`, so that each table is written anew many times over. What PostgreSQL
itself counts is read while the flows go on: dead rows, vacuums, and the sizes of the tables and of their indexes.
"""

import argparse
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from bench.academy import retention
from bench.flows import prepare
from bench.http import Connection
from bench.postgresql import temporary
from bench.sides import Side, provider

PORT = 8740
TABLES = ("access_tokens", "grants", "refresh_families")
_STATISTICS = """
SELECT relname, n_live_tup, n_dead_tup, n_tup_del, autovacuum_count, autoanalyze_count,
       pg_table_size(relid) / 1024, pg_indexes_size(relid) / 1024
FROM pg_stat_user_tables WHERE relname = ANY(%s)
"""


@dataclass(frozen=True)
class Look:
    """PostgreSQL's counts of one table, `at` seconds after the begin. Sizes in KB."""

    at: float
    live: int
    dead: int
    deleted: int
    vacuums: int
    analyses: int
    table: int
    indexes: int


def run(arguments: list[str]) -> Iterator[str]:
    """A line for each table and look."""
    parser = argparse.ArgumentParser(prog="bench.academy vacuum", description=__doc__)
    parser.add_argument("--rate", type=float, default=50, help="flows a second")
    parser.add_argument("--seconds", type=float, default=360)
    parser.add_argument("--looks", type=int, default=7)
    options = parser.parse_args(arguments)
    with (
        temporary() as url,
        provider(retention.SETTINGS, PORT, url) as side,
        retention._worker(side) as worker,
    ):
        prepare(side)
        worker.work(True)
        looks, flows = _drive(side, url, options.rate, options.seconds, options.looks)
    yield f"{flows} flows in {options.seconds:.0f} s; rows live for {retention.LIVES} s"
    yield "| table | after, s | live | dead | deleted so far | autovacuums | analyses | table, KB | indexes, KB |"
    yield "|---" * 9 + "|"
    for table in TABLES:
        for look in looks[table]:
            yield (
                f"| {table} | {look.at:.0f} | {look.live} | {look.dead} | {look.deleted} | {look.vacuums} "
                f"| {look.analyses} | {look.table} | {look.indexes} |"
            )


def _drive(
    side: Side, url: str, rate: float, seconds: float, number: int
) -> tuple[dict[str, list[Look]], int]:
    """Flows at `rate` for `seconds`; the looks of each table at even distances, and the number of flows."""
    numbers, lock, begun = iter(range(int(rate * seconds))), threading.Lock(), time.monotonic()
    over, done, faults = begun + seconds, [0], list[Exception]()

    def drive() -> None:
        connection = Connection(side.port)
        flows = (retention._silent(side, "openid"), retention._silent(side, "openid offline_access"))
        try:
            while time.monotonic() < over:
                with lock:
                    flow = next(numbers, None)
                if flow is None:
                    return
                time.sleep(max(0.0, begun + flow / rate - time.monotonic()))
                flows[flow % 4 == 0](connection)
                with lock:
                    done[0] += 1
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=drive) for _ in range(retention.CONNECTIONS)]
    for thread in threads:
        thread.start()
    looks: dict[str, list[Look]] = {table: [] for table in TABLES}
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for look in range(number):
            time.sleep(max(0.0, begun + seconds * look / max(1, number - 1) - time.monotonic()))
            rows: list[Any] = connection.execute(_STATISTICS, (list(TABLES),)).fetchall()
            for table, *counts in rows:
                looks[table].append(Look(time.monotonic() - begun, *counts))
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return looks, done[0]
