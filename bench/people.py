"""`python -m bench.people --schools 300`: an academy's schools imported one after another, then searched.

Invented schools of 500 pupils and some 830 guardians, the same for the same seed. It prints what it measures; the aims are a
school of 1,500 pupils within 5 s, an academy of 400,000 people within 10 min with flat memory, an answer within 100 ms.
"""

import argparse
import random
import resource
import shutil
import tempfile
import time
from pathlib import Path

from idp.app import create_app
from idp.console.rules.people_query import read_query
from idp.console.rules.rights import ALL_KINDS, FAMILIES, Reach
from idp.console.storage import search
from idp.database.engine import reading
from idp.database.schema import migrate
from idp.demo.siecle_files import write_siecle
from idp.imports import academy
from idp.imports.rules.records import LinkRecord, PersonRecord, PupilRecord, SchoolExport
from idp.people.rules.uai import UAI_LETTERS
from idp.settings import load_settings
from keys.sealing import generate_master_key

MOMENT = 1_795_000_000
FIRST = ["Léa", "Tom", "Zoé", "Max", "Anne", "Paul", "Luc", "Ève", "Noé", "Inès", "Jade", "Hugo"]
STEMS = ["Dur", "Mart", "Pet", "Mor", "Ler", "Garc", "Bern", "Rob", "Roux", "Fab"]
ENDS = ["and", "in", "it", "eau", "oy", "ia", "ard", "ert", "el", "re", "ot", "ier"]
QUERIES = (
    "durand",
    "d",
    "lea",
    "lea durand",
    "durand lea",
    "m1001000@famille.example",
    "0612345678",
    "l.durand",
)


def invent(chance: random.Random, number: int, pupils: int) -> SchoolExport:
    """One school's base: a family of one or two guardians for each pupil."""
    digits = f"{9_900_000 + number:07d}"
    base, made = number * 10 * pupils, []
    persons, links = [], []
    for index in range(pupils):
        surname = chance.choice(STEMS) + chance.choice(ENDS)
        key = str(base + index)
        made.append(
            PupilRecord(
                key, f"{base + index:09d}AB", surname, None, chance.choice(FIRST), None, "F", "2013-05-02",
                "10010012110", f"{index % 20 + 1}", None, None, None,
            )
        )  # fmt: skip
        for parent in range(1 + (chance.random() < 0.67)):
            person = str(base + pupils + index * 2 + parent)
            persons.append(
                PersonRecord(
                    person, "MME", surname, None, chance.choice(FIRST), f"+336{int(person) % 100_000_000:08d}", None,
                    f"m{person}@famille.example", "2 rue des Tilleuls", "99110", "VALMORET",
                )
            )  # fmt: skip
            links.append(LinkRecord(key, person, "10" if parent else "20", 1))
    uai = digits + UAI_LETTERS[int(digits) % 23]
    return SchoolExport(uai, 2026, "2026-11-16", tuple(made), tuple(persons), tuple(links))


def memory() -> int:
    """Megabytes that this process has taken at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--schools", type=int, default=30)
    parser.add_argument("--pupils", type=int, default=500)
    parser.add_argument("--url", help="Database; default: SQLite in a folder of its own.")
    arguments = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="bench-people-"))
    try:
        _measure(arguments, work)
    finally:
        shutil.rmtree(work)


def _measure(arguments: argparse.Namespace, work: Path) -> None:
    chance = random.Random(2026)
    for number in range(arguments.schools):
        export = invent(chance, number, arguments.pupils)
        write_siecle(export, work / "schools" / export.uai)
    secrets = {name: generate_master_key() for name in ("secret_key", "master_key", "pairwise_key")}
    layers = {
        "server": {"mode": "development"},
        "database": {"url": arguments.url or f"sqlite:///{work / 'people.sqlite3'}"},
        "secrets": secrets,
    }
    app = create_app(load_settings(None, {}, layers), lambda: MOMENT)
    with app.app_context():
        migrate()
        begun = time.perf_counter()
        for done in academy.import_folder(work / "schools", lambda: MOMENT, "bench"):
            if done.fault or done.number % 20 == 0 or done.number == done.total:
                spent = time.perf_counter() - begun
                print(
                    f"{done.number}/{done.total}  {spent:6.1f} s  {memory()} MB  {done.fault or ''}",
                    flush=True,
                )
        begun = time.perf_counter()
        list(academy.import_folder(work / "schools", lambda: MOMENT, "bench"))
        print(f"the same files again: {time.perf_counter() - begun:.1f} s")
        for text in QUERIES:
            _search(text)
        app.extensions["connections"].close()


def _search(text: str) -> None:
    """The best of three, for the first pays for compiling its statements."""
    spent = []
    for _ in range(3):
        begun = time.perf_counter()
        people = search.in_academy(reading(), read_query(text, ()), FAMILIES)
        middle = time.perf_counter()
        search.in_school(reading(), read_query(text, ()), Reach(ALL_KINDS, None), 1)
        spent.append((middle - begun, time.perf_counter() - middle))
    academys, schools = (1000 * min(times) for times in zip(*spent, strict=True))
    print(f"{text:26}  academy {academys:6.1f} ms ({len(people)})  school {schools:6.1f} ms")


if __name__ == "__main__":
    main()
