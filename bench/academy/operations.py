"""What is measured in the filled base: lookups, searches, lists, numbers, an import, an erasure, the worker's minute."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.academy.rows import MOMENT, Size
from bench.people import invent
from idp.audit import sealing, verification
from idp.audit.storage import records
from idp.cli import doctor
from idp.console.rules.people_query import read_query
from idp.console.rules.rights import ALL_KINDS, FAMILIES, Reach
from idp.console.storage import erasure, numbers, rights, search
from idp.database import statistics
from idp.database.engine import reading, transaction
from idp.demo.siecle_files import write_siecle
from idp.imports import academy
from idp.letters.storage import letters
from idp.people.storage import accounts, contacts
from idp.privacy.storage import report_rows
from idp.worker.housekeeping import housekeeping

EVERYBODY = Reach(ALL_KINDS, None)
SEARCHED = ("durand", "d", "lea durand", "m200000@famille.example", "0600200000", "l.durand")


@dataclass(frozen=True)
class Act:
    """`once`: it cannot be repeated with the same effect."""

    do: Callable[[], Any]
    once: bool = False


def of_the_audit_trail(size: Size) -> Iterator[tuple[str, Act]]:
    """The records of the logins are sealed, verified and searched."""
    yield f"sealing of {size.people * size.logins:,} audit records", Act(_seal, once=True)
    yield "audit verification of everything", Act(lambda: _verify(everything=True), once=True)
    yield "audit verification since the last", Act(lambda: _verify(everything=False))
    guardian, yesterday = f"account:{size.people // 2}", MOMENT - 86_400
    for name, filters in (
        ("a page", {}),
        ("of an account", {"subjects": [guardian]}),
        ("by an act that is rare", {"act": "data.erased"}),
        ("of an actor", {"actors": [guardian]}),
        ("by an act that is rare, of an actor", {"act": "data.erased", "actors": [guardian]}),
        ("of a day", {"since": yesterday, "until": MOMENT}),
        ("by an act that is rare, of a day", {"act": "data.", "since": yesterday, "until": MOMENT}),
    ):
        yield (
            f"search of the audit trail: {name}",
            Act(lambda filters=filters: records.search(reading(), records.Filters(**filters), most=51)),
        )


def _seal() -> None:
    while sealing.seal_all(MOMENT):
        pass


def _verify(everything: bool) -> None:
    if not verification.verify(everything).holds:
        raise AssertionError("the chain does not hold")


def of(size: Size, folder: Path) -> Iterator[tuple[str, Act]]:
    """(name, act) of each operation. `folder`: for the files of an import."""
    guardian, school = size.people // 2, size.schools // 2
    yield (
        "who has this mobile number: of the base",
        Act(lambda: contacts.by_mobile(reading(), f"+33{600_000_000 + guardian}")),
    )
    yield (
        "who has this mobile number: nobody",
        Act(lambda: contacts.by_mobile(reading(), "+33611111111")),
    )
    yield (
        "lost username, by mail address",
        Act(lambda: contacts.by_mail(reading(), f"m{guardian}@famille.example")),
    )
    yield "an account by its username", Act(lambda: accounts.by_username(reading(), "nobody"))
    for text in SEARCHED:
        query = read_query(text, ())
        yield (
            f"search of the academy: {text}",
            Act(lambda query=query: search.in_academy(reading(), query, FAMILIES)),
        )
    for text in ("durand", "lea"):
        query = read_query(text, ())
        yield (
            f"search of a school: {text}",
            Act(lambda query=query: search.in_school(reading(), query, EVERYBODY, school)),
        )
    empty_query = read_query("", ())
    yield (
        "people of a school, a page",
        Act(lambda: search.in_school(reading(), empty_query, EVERYBODY, school)),
    )
    yield (
        "people of a school, a page by last login",
        Act(lambda: search.in_school(reading(), replace(empty_query, sort="last"), EVERYBODY, school)),
    )
    yield (
        "numbers of a school",
        Act(lambda: (numbers.totals(reading(), school), numbers.by_class(reading(), school))),
    )
    yield "letters of a school", Act(lambda: _letters(school))
    yield "the academy's schools, a page", Act(_a_page_of_schools)
    yield "the academy's schools by progress", Act(lambda: numbers.of_every_school(reading()))
    yield (
        "export of a person's data",
        Act(lambda: report_rows.rows_of(reading(), guardian, guardian)),
    )
    yield "erasure of a person", Act(lambda: _erase(guardian), once=True)
    for name, pupils in (("a school of 500 pupils", 500), ("a school of 1,500 pupils", 1500)):
        schools = folder / name
        export = invent(random.Random(pupils), pupils, pupils)
        write_siecle(export, schools / export.uai)
        yield f"import of {name}", Act(lambda schools=schools: _import(schools), once=True)
    yield "the worker's minute, the first", Act(lambda: housekeeping(MOMENT), once=True)
    yield "the worker's minute", Act(lambda: housekeeping(MOMENT + 60))
    yield "statistics of the planner", Act(lambda: statistics.keep(MOMENT))
    for name, check in doctor._OF_THE_DATABASE:
        yield f"idp doctor: {name}", Act(lambda check=check: check(None))


def _letters(school: int) -> None:
    letters.due(reading(), [member.account for member in letters.families(reading(), school)], school)


def _a_page_of_schools() -> None:
    page = [school.id for school in rights.schools_by_id(reading(), None)[:50]]
    numbers.by_school(reading(), page)


def _erase(person: int) -> None:
    with transaction() as tx:
        erasure.erase(tx, person, person, MOMENT)


def _import(folder: Path) -> None:
    for done in academy.import_folder(folder, lambda: MOMENT, "bench"):
        if done.fault:
            raise done.fault
