"""Every list of the console is one kind of table: sorted, searched, its columns chosen, written to a file, by its address alone."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import Connection, insert

from idp.database.engine import transaction
from idp.imports.storage import imports
from idp.jobs.storage.tables import JobRow
from idp.oidc import signing
from idp.oidc.clients import initial_tokens
from idp.people.rules.names import plain
from tests.actors import cas_service, saml_service
from tests.actors.console_staff import worker_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import NOON
from tests.console.conftest import UAI

SCHOOL, ACADEMY = f"/console/school/{UAI}", "/console/academy"


@dataclass(frozen=True)
class ListPage:
    """A list. `rows`: its first column in the order of `sort`. `narrowed`: parameters that leave `left` alone. `column`: one that is not shown by default, if there is one."""

    path: str
    sort: str
    rows: tuple[str, ...]
    narrowed: str
    left: tuple[str, ...]
    column: tuple[str, str] | None = None

    def __str__(self) -> str:
        return self.path


LISTS = (
    ListPage(f"{ACADEMY}/services", "-name", ("Pronote", "ENT Tilleul"), "status=active&protocol=cas", ("Pronote",), ("id", "Nom pour les machines")),
    ListPage(f"{ACADEMY}/tokens", "-left", ("Éditeur Chêne", "Éditeur Aulne"), "q=aulne", ("Éditeur Aulne",), ("made_at", "Fait le")),
    ListPage(f"{ACADEMY}/administrators", "name", ("Anne Petit", "Luc Roy", "Nadia Roy", "Paul Martin"), "role=delegate", ("Nadia Roy",), ("since", "Poste depuis le")),
    ListPage(f"{ACADEMY}/jobs", "-asked_at", ("Opération sur plusieurs comptes n° 2", "Courriers n° 1"), "state=failed", ("Opération sur plusieurs comptes n° 2",), ("finished_at", "Terminé le")),
    ListPage(f"{SCHOOL}/jobs", "asked_at", ("Courriers n° 1", "Opération sur plusieurs comptes n° 2"), "state=done", ("Courriers n° 1",), ("finished_at", "Terminé le")),
    ListPage(f"{SCHOOL}/delegations", "until", ("Nadia Roy", "Luc Roy"), "state=begins", ("Luc Roy",), ("given_at", "Donnée le")),
    ListPage(f"{SCHOOL}/imports", "-pupils", ("Import n° 2", "Import n° 1", "Import n° 3"), "state=refused", ("Import n° 3",), ("written_at", "Écrit le")),
)  # fmt: skip


@pytest.fixture
def visitors(
    app: Flask, contextless: World, head: Someone, at_console: Callable[[Someone], Visitor]
) -> Callable[[str], Visitor]:
    """A console whose every list has rows, some of another school; who sees a path."""
    world = contextless
    nadia, luc = world.staff("Nadia", "Roy", "delegate"), world.staff("Luc", "Roy", "teacher")
    admin, office = at_console(worker_of(world, "academy_administrator")), at_console(head)
    with app.app_context():
        cas_service.registered(world, name="Pronote")
        saml_service.registered(world, name="ENT Tilleul")
        school, second_school = world.school(), world.school("0990002P", "Collège des Chênes")
        initial_tokens.make("Éditeur Chêne", 7, 12, "account:1", NOON)
        initial_tokens.make("Éditeur Aulne", 7, 3, "account:1", NOON)
        signing.rotate("ES256", "account:1", NOON)
        with transaction() as tx:
            for place, kind, state in (
                (school, "letters", "done"),
                (school, "people.bulk", "failed"),
            ):
                _job(tx, place, kind, state)
            for place, number, state in (
                (school, 2, "written"),
                (school, 11, "checked"),
                (school, None, "refused"),
                (second_school, 5, "written"),
            ):
                _import(tx, place, number, state)
    for colleague, since, until in ((nadia, "2026-11-18", "2026-12-18"), (luc, "2026-12-01", "2026-12-31")):
        office.opens(f"{SCHOOL}/delegations").fills(
            press="act=lend",
            person=str(colleague.person),
            kind="pupil",
            scope="all",
            since=since,
            until=until,
        )
    return lambda path: admin if path.startswith(ACADEMY) else office


def _job(tx: Connection, school: int, kind: str, state: str) -> None:
    texts = dict.fromkeys(("payload", "position", "report"), "{}")
    tx.execute(
        insert(JobRow).values(
            **texts, school_id=school, kind=kind, state=state, done=0, total=2, asked_by="account:1",
            asked_at=NOON + len(kind), lease_until=0,
        )
    )  # fmt: skip


def _import(tx: Connection, school: int, new_pupils: int | None, state: str) -> None:
    counts = None if new_pupils is None else {"pupil": {"new": new_pupils}, "guardian": {}}
    row = {"source": "csv", "state": state, "counts": counts, "too_many_gone": False, "given_by": "account:1"}
    imports.add(tx, {**row, "school_id": school, "given_at": NOON})


def shown_rows(html: str) -> tuple[str, ...]:
    """The first cells of the table, without marks."""
    cells = re.findall(r'<th scope="row">(.*?)</th>', html, re.DOTALL)
    return tuple(re.sub(r"<[^>]+>", "", cell).strip() for cell in cells)


def file_of(visitor: Visitor, address: str) -> list[list[str]]:
    page = visitor.opens(address).page
    assert page is not None and page.mimetype == "text/csv" and page.headers["Cache-Control"] == "no-store"
    return list(csv.reader(io.StringIO(page.data.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.both_engines
@pytest.mark.parametrize("page", LISTS, ids=str)
def test_a_list_is_sorted_narrowed_and_its_columns_chosen_by_its_address(
    page: ListPage, visitors: Callable[[str], Visitor]
) -> None:
    visitor = visitors(page.path)
    assert shown_rows(visitor.opens(f"{page.path}?sort={page.sort}").html) == page.rows
    assert f'aria-sort="{"descending" if page.sort.startswith("-") else "ascending"}"' in visitor.html
    assert re.search(r'<div class="scroll[^>]* tabindex="0" role="region"', visitor.html), "sticky heads"
    other_way = page.sort.lstrip("-") if page.sort.startswith("-") else f"-{page.sort}"
    assert f"sort={other_way}" in visitor.html
    assert shown_rows(visitor.opens(f"{page.path}?{page.narrowed}").html) == page.left
    name, _, value = page.narrowed.partition("&")[0].partition("=")
    links = [link for link in re.findall(r'href="(\?[^"]+)"', visitor.html) if "sort=" in link]
    assert links and all(f"{name}={value}" in link for link in links), "a link leaves the filter as it is"
    assert page.column is not None
    key, label = page.column
    assert f">{label}<" not in re.findall(r"<thead>.*?</thead>", visitor.html, re.DOTALL)[0]
    visitor.opens(f"{page.path}?col={key}")
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', visitor.html)
    assert len(heads) == 2 and heads[1] == label


@pytest.mark.both_engines
@pytest.mark.parametrize("page", LISTS, ids=str)
def test_the_file_of_a_list_is_what_one_sees_and_on_record(
    page: ListPage, visitors: Callable[[str], Visitor]
) -> None:
    visitor = visitors(page.path)
    visitor.opens(f"{page.path}?sort={page.sort}")
    address = next(link for link in re.findall(r'href="(\?[^"]*format=csv[^"]*)"', visitor.html))
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', visitor.html)
    lines = file_of(visitor, page.path + address.replace("&amp;", "&"))
    assert lines[0] == [head for head in heads if head != "Que faire"]
    assert tuple(line[0] for line in lines[1:]) == page.rows
    narrowed = file_of(visitor, f"{page.path}?{page.narrowed}&format=csv")
    assert tuple(line[0] for line in narrowed[1:]) == page.left
    record = visitors(ACADEMY).opens("/console/academy/audit?what=list.exported").html
    assert record.count('datetime="') >= 2 and "Liste exportée" in record


@pytest.mark.both_engines
def test_keys_are_a_list_too(visitors: Callable[[str], Visitor]) -> None:
    visitor = visitors(ACADEMY)
    keys = shown_rows(visitor.opens(f"{ACADEMY}/keys?sort=kid").html)
    assert len(keys) > 1 and list(keys) == sorted(keys, key=plain)
    assert shown_rows(visitor.opens(f"{ACADEMY}/keys?sort=-kid").html) == keys[::-1]
    waiting = shown_rows(visitor.opens(f"{ACADEMY}/keys?state=next").html)
    assert waiting and set(waiting) < set(keys)
    assert [line[0] for line in file_of(visitor, f"{ACADEMY}/keys?state=next&format=csv")[1:]] == list(
        waiting
    )


def test_words_of_numbers_and_days_are_sorted_by_their_value(visitors: Callable[[str], Visitor]) -> None:
    """12 stands above 3, and the 31st of December after the 18th of the same month."""
    visitor = visitors(ACADEMY)
    assert shown_rows(visitor.opens(f"{ACADEMY}/tokens?sort=left").html) == ("Éditeur Aulne", "Éditeur Chêne")
    office = visitors(SCHOOL)
    assert shown_rows(office.opens(f"{SCHOOL}/delegations?sort=-until").html) == ("Luc Roy", "Nadia Roy")
