"""`python -m bench.academy search`: the console's search over a whole academy, right and misspelt, with names as varied as a country's.

The people of `bench.academy.rows`, of whom every second gets one of many invented surnames and first names: few words that many
bear, and many that few bear. Printed: the best of five, and the slowest first time (statements are compiled then).
"""

import argparse
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from bench.academy.base import write
from bench.academy.plans import ENGINES, application, database
from bench.academy.rows import Size, of_people
from idp.console import searching
from idp.console.rules.rights import Right, Role
from idp.database.engine import reading, transaction
from idp.database.schema import migrate
from idp.people.storage import name_words

ONSETS = (
    "b",
    "br",
    "c",
    "ch",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "j",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "qu",
    "r",
    "s",
    "t",
    "tr",
    "v",
)
VOWELS = ("a", "e", "i", "o", "u", "ai", "au", "eau", "ou", "on", "an", "in", "oi")
ENDS = ("", "", "t", "d", "x", "s", "r", "n", "l", "rd", "nt", "lle", "tte", "ne", "re")
TYPED = (
    "durand", "durnad", "durand lea", "durnad lae", "roux", "rouux", "bernard", "benrard", "lea", "d", "du", "delafontaine",
    "delafontene", "1 a", "courriers", "imprmier", "k08", "m200000@famille.example", "0600200000", "xyzzy",
    "abcdefghijklmnop qrstuvwxyz", "durand lea marie", "lea durand martin roux",
)  # fmt: skip


def invented(chance: random.Random, number: int) -> list[str]:
    """Different words of two to four syllables."""
    words: set[str] = set()
    while len(words) < number:
        syllables = chance.randint(2, 4)
        words.add(
            "".join(chance.choice(ONSETS) + chance.choice(VOWELS) for _ in range(syllables))
            + chance.choice(ENDS)
        )
    return sorted(words)


def run(arguments: list[str]) -> Iterator[str]:
    parser = argparse.ArgumentParser(prog="python -m bench.academy search")
    parser.add_argument("--schools", type=int, default=300)
    parser.add_argument("--pupils", type=int, default=500, help="of each school")
    parser.add_argument("--surnames", type=int, default=80_000)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="default: both")
    options = parser.parse_args(arguments)
    size = Size(options.schools, options.pupils)
    for engine in options.engine or ENGINES:
        folder = Path(tempfile.mkdtemp(prefix="bench-search-"))
        try:
            with database(engine, folder) as url:
                yield from _of_engine(engine, application(url), size, options.surnames)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _of_engine(engine: str, app: Flask, size: Size, surnames: int) -> Iterator[str]:
    with app.app_context():
        migrate()
        _fill(size, surnames)
        count = "SELECT (SELECT count(*) FROM name_words), (SELECT count(*) FROM name_pieces)"
        words, pieces = reading().exec_driver_sql(count).one()
        yield f"{engine}: {size.people:,} people, {words:,} words, {pieces:,} pieces"
    with app.test_request_context("/"):
        yield from _measured(size)
    with app.app_context():
        app.extensions["connections"].close()


def _fill(size: Size, surnames: int) -> None:
    chance = random.Random(2026)
    families, firsts = invented(chance, surnames), invented(chance, 4_000)
    with transaction() as tx:
        for rows in of_people(size):
            write(tx, rows)
        renamed = [
            (chance.choice(families), chance.choice(firsts), person)
            for person in range(1, size.people + 1, 2)
        ]
        place = "?" if tx.dialect.name == "sqlite" else "%s"
        statement = f"UPDATE persons SET family_name = {place}, first_name = {place}, family_folded = {place}, first_folded = {place} WHERE id = {place}"
        for start in range(0, len(renamed), 10_000):
            batch = renamed[start : start + 10_000]
            tx.exec_driver_sql(
                statement, [(family, first, family, first, person) for family, first, person in batch]
            )
        known = tx.exec_driver_sql(
            "SELECT family_folded FROM persons UNION SELECT first_folded FROM persons"
        ).scalars()
        name_words.learn(tx, known.all())
        tx.exec_driver_sql("ANALYZE")


def _measured(size: Size) -> Iterator[str]:
    searchers = {
        "academy": (Right(Role.ADMINISTRATOR, None),),
        "school": (Right(Role.HEAD, size.schools // 2),),
    }
    yield f"{'typed':28} " + "  ".join(f"{name:>30}" for name in searchers)
    for text in TYPED:
        cells = []
        for rights in searchers.values():
            spent = []
            for _ in range(6):
                began, worked = time.perf_counter(), time.process_time()
                total = searching.results(text, rights).total
                spent.append((1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked)))
            best, first = min(spent), max(spent)
            cells.append(f"{best[0]:6.1f} ms ({best[1]:5.1f} cpu) first {first[0]:5.0f} n={total:2}")
        yield f"{text:28} " + "  ".join(cells)
