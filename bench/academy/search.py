"""`python -m bench.academy search`: the console's search over a whole academy, right and misspelt, with names as varied as a country's.

The people of `bench.academy.rows`, of whom every second gets one of many invented surnames and first names: few words that many
bear, and many that few bear. Of each kind of typed text, `--texts` different ones are searched and shown as the palette shows them
(`console/search_results.html`), several times: the shortest counts, as a machine that does other work as well lengthens the others.
Printed: median and 95th percentile of the texts, by the clock and in processor time of this process.
"""

import argparse
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from flask import Flask, render_template

from bench.academy.base import write
from bench.academy.plans import ENGINES, application, database
from bench.academy.rows import ENDS as COMMON_ENDS
from bench.academy.rows import FIRST, STEMS, Size, of_people
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
LETTERS = "abcdefghijklmnopqrstuvwxyz"


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
    parser.add_argument("--texts", type=int, default=60, help="different texts of each kind")
    parser.add_argument(
        "--repeat", type=int, default=3, help="searches of each text, of which the shortest counts"
    )
    parser.add_argument("--engine", choices=ENGINES, action="append", help="default: both")
    options = parser.parse_args(arguments)
    size = Size(options.schools, options.pupils)
    for engine in options.engine or ENGINES:
        folder = Path(tempfile.mkdtemp(prefix="bench-search-"))
        try:
            with database(engine, folder) as url:
                yield from _of_engine(
                    engine, application(url), size, options.surnames, options.texts, options.repeat
                )
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _of_engine(engine: str, app: Flask, size: Size, surnames: int, texts: int, repeat: int) -> Iterator[str]:
    with app.app_context():
        migrate()
        _fill(size, surnames)
        count = "SELECT (SELECT count(*) FROM name_words), (SELECT count(*) FROM name_pieces)"
        words, pieces = reading().exec_driver_sql(count).one()
        yield f"{engine}: {size.people:,} people, {words:,} words, {pieces:,} pieces"
    with app.test_request_context("/"):
        yield from _measured(size, texts, repeat)
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


def typed_texts(names: list[tuple[str, str]], chance: random.Random, number: int) -> dict[str, list[str]]:
    """Kind of text → `number` texts. `names`: (surname, first name) of people who are in the base."""

    def each(write: Callable[[str, str], str]) -> list[str]:
        return [write(*chance.choice(names)) for _ in range(number)]

    def common() -> str:
        return chance.choice(STEMS) + chance.choice(COMMON_ENDS)

    def foreign(length: int) -> str:
        return "".join(chance.choice(LETTERS) for _ in range(length))

    return {
        "a surname": each(lambda family, _: family),
        "a surname and a first name": each(lambda family, first: f"{family} {first}"),
        "a surname, misspelt": each(lambda family, _: misspelt(family, chance)),
        "both, misspelt": each(lambda family, first: f"{misspelt(first, chance)} {misspelt(family, chance)}"),
        "two letters": each(lambda family, _: family[:2]),
        "the first four letters": each(lambda family, _: family[:4]),
        "a surname of 1,700 people": [common() for _ in range(number)],
        "homonyms: surname and first name": [f"{common()} {chance.choice(FIRST)}" for _ in range(number)],
        "three words": each(lambda family, first: f"{first} {family} {common()}"),
        "a class": [f"{chance.randint(3, 6)} {chance.choice('Aa')}" for _ in range(number)],
        "a mail address": [f"m{chance.randint(150_001, 390_000)}@famille.example" for _ in range(number)],
        "a page or a help code": [
            chance.choice(("courriers", "imprmier", "k08", "journal", "import")) for _ in range(number)
        ],
        "nothing like it": [foreign(chance.randint(8, 14)) for _ in range(number)],
        "nothing like it, two words": [f"{foreign(10)} {foreign(8)}" for _ in range(number)],
    }


def misspelt(word: str, chance: random.Random) -> str:
    """A word with two neighbouring letters exchanged, a letter missing, doubled, or another."""
    place = chance.randrange(len(word) - 1)
    before, here, after = word[:place], word[place : place + 2], word[place + 2 :]
    wrong = (here[::-1], here[1], here[0] * 2 + here[1], chance.choice(LETTERS) + here[1])
    return before + chance.choice(wrong) + after


def _measured(size: Size, number: int, repeat: int) -> Iterator[str]:
    searchers = {
        "academy": (Right(Role.ADMINISTRATOR, None),),
        "school": (Right(Role.HEAD, size.schools // 2),),
    }
    at_school = (size.schools // 2 - 1) * size.pupils
    where = {"academy": (1, size.people), "school": (at_school + 1, at_school + size.pupils)}
    for name, rights in searchers.items():
        names = [
            (row[0], row[1])
            for row in reading().exec_driver_sql(
                f"SELECT family_folded, first_folded FROM persons WHERE id BETWEEN {where[name][0]} AND {where[name][1]}"
                " AND id - id / 7 * 7 IN (1, 2) AND length(family_folded) > 4"
            )
        ]
        yield f"{name + ', ms':34} {'clock median':>12} {'p95':>7} {'cpu median':>11} {'p95':>7} {'results':>8}"
        for kind, texts in typed_texts(names, random.Random(2026), number).items():
            yield _line(kind, texts, rights, repeat)


def _line(kind: str, texts: list[str], rights: tuple[Right, ...], repeat: int) -> str:
    """A kind's row, after one search that compiles its statements."""
    _searched(texts[0], rights)
    clock, processor, results = zip(
        *(min(_searched(text, rights) for _ in range(repeat)) for text in texts), strict=True
    )
    figures = [figure for times in (clock, processor) for figure in (statistics.median(times), _p95(times))]
    return f"{kind:34} {figures[0]:12.1f} {figures[1]:7.1f} {figures[2]:11.1f} {figures[3]:7.1f} {statistics.median(results):8.0f}"


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def _searched(text: str, rights: tuple[Right, ...]) -> tuple[float, float, int]:
    """Milliseconds by the clock, of this process's processor, and the number of results."""
    began, worked = time.perf_counter(), time.process_time()
    results = searching.results(text, rights)
    render_template("console/search_results.html", results=results, text=text)
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - worked), results.total
