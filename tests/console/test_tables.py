"""Tables of the console: filter, order, columns and file are in the address, within the rights of who asks."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import insert

from idp.console.rules.listings import arrange
from idp.console.rules.tables import Column, chosen_columns, lines_of, table_of
from idp.database.engine import transaction
from idp.jobs.storage.tables import JobRow
from tests.actors.console_staff import worker_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import NOON
from tests.console.conftest import UAI

HERE = f"/console/school/{UAI}"
COLUMNS = (
    Column[tuple[str, int]]("name", "Nom", lambda row: row[0], sorts=True),
    Column[tuple[str, int]]("age", "Âge", lambda row: str(row[1]), is_number=True),
    Column[tuple[str, int]]("since", "Depuis", lambda row: "–", shown=False),
)


def lines(visitor: Visitor, address: str) -> list[list[str]]:
    """The lines of a table's file."""
    page = visitor.opens(address).page
    assert page is not None and page.mimetype == "text/csv" and page.headers["Cache-Control"] == "no-store"
    return list(csv.reader(io.StringIO(page.data.decode("utf-8-sig")), delimiter=";"))


def heads(html: str) -> list[str]:
    return re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', html)


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        ([], ["name", "age"]),
        (["age"], ["name", "age"]),
        (["since"], ["name", "since"]),
        (["nonsense"], ["name", "age"]),
        (["name", "since", "since"], ["name", "since"]),
    ],
)
def test_columns_are_chosen_by_key_and_the_first_always_stays(keys: list[str], chosen: list[str]) -> None:
    assert [column.key for column in chosen_columns(COLUMNS, keys)] == chosen
    table = table_of(COLUMNS, keys, arrange([("Zoé", 3)], {}, {}))
    assert ("col" in table.values) == (chosen != ["name", "age"])


def test_a_file_has_the_labels_and_every_row() -> None:
    assert list(lines_of(COLUMNS[:2], [("Zoé", 3)], str.upper)) == [["NOM", "ÂGE"], ["Zoé", "3"]]


@pytest.fixture
def people(contextless: World) -> None:
    world = contextless
    for number in range(70):
        world.family(
            world.guardian(f"Anne{number}", "Roux", username=f"a.roux{number}"),
            world.pupil(f"Tom{number}", "Roux", class_code="6 A", username=f"t.roux{number}"),
        )
    world.family(world.guardian("=cmd|' /C calc'!A0", "Petit"), world.pupil("Léa", "Petit", class_code="4 B"))


@pytest.mark.both_engines
def test_the_file_of_people_has_all_rows_of_the_filter_and_no_formula(
    people: None, head: Someone, at_console: Callable[[Someone], Visitor]
) -> None:
    office = at_console(head)
    assert "1 sur 2" in office.opens(f"{HERE}/people?class=6+A&kind=pupil&sort=-name").html
    address = re.search(r'href="(\?[^"]*format=csv[^"]*)"', office.html)
    assert address
    read = lines(office, f"{HERE}/people{address[1].replace('&amp;', '&')}")
    assert read[0][:3] == ["Nom", "Profil", "Classe"] and len(read) == 71
    assert {line[1] for line in read[1:]} == {"Élève"}
    evil = lines(office, f"{HERE}/people?q=petit&kind=guardian&col=name&col=state&format=csv")
    assert evil[0] == ["Nom", "État"] and len(evil) == 2 and not evil[1][0].startswith(("=", "+", "-", "@"))


def test_what_left_as_a_file_is_on_record(
    people: None, head: Someone, contextless: World, at_console: Callable[[Someone], Visitor]
) -> None:
    lines(at_console(head), f"{HERE}/people?format=csv&q=petit")
    audit = at_console(worker_of(contextless, "academy_administrator"))
    audit.opens("/console/academy/audit?what=list.exported").sees(
        "Liste exportée", "Paul Martin", "Collège des Tilleuls", "liste : personnes"
    )


def test_a_delegate_gets_a_file_of_what_was_lent_alone(
    people: None, head: Someone, contextless: World, at_console: Callable[[Someone], Visitor]
) -> None:
    colleague = contextless.staff("Nadia", "Roy", "delegate")
    office = at_console(head)
    office.opens(f"{HERE}/delegations").fills(
        **{
            "press": "act=lend",
            "person": str(colleague.person),
            "kind": "pupil",
            "scope": "classes",
            "class": "4 B",
            "since": "2026-11-18",
            "until": "2026-12-18",
        }
    )
    read = lines(at_console(colleague), f"{HERE}/people?format=csv")
    assert [line[0] for line in read[1:]] == ["Petit Léa"]
    assert at_console(colleague).opens(f"{HERE}/jobs?format=csv").status == 403


def test_a_choice_of_columns_stays_with_sorting_and_paging(
    people: None, head: Someone, at_console: Callable[[Someone], Visitor]
) -> None:
    html = at_console(head).opens(f"{HERE}/people?q=roux&col=name&col=letter").html
    assert heads(html) == ["Nom", "Courrier valable jusqu’au"]
    links = re.findall(r'href="(\?[^"]+)"', html)
    assert any("page=2" in link for link in links)
    assert all("col=name" in link and "col=letter" in link and "q=roux" in link for link in links)


@pytest.mark.both_engines
def test_jobs_are_listed_sorted_and_filtered(
    app: Flask, contextless: World, head: Someone, at_console: Callable[[Someone], Visitor]
) -> None:
    with app.app_context():
        school, second_school = contextless.school(), contextless.school("0990002P", "Collège des Chênes")
        with transaction() as tx:
            common = {
                "payload": "{}",
                "position": "{}",
                "done": 0,
                "total": 2,
                "report": "{}",
                "asked_by": "account:1",
                "lease_until": 0,
            }
            for number, (place, kind, state) in enumerate(
                (
                    (school, "letters", "done"),
                    (school, "people.bulk", "failed"),
                    (second_school, "letters", "failed"),
                )
            ):
                tx.execute(
                    insert(JobRow).values(
                        **common, school_id=place, kind=kind, state=state, asked_at=NOON + number
                    )
                )
    office = at_console(head)
    assert [line[0] for line in lines(office, f"{HERE}/jobs?format=csv&sort=kind")[1:]] == [
        "Courriers n° 1",
        "Opération sur plusieurs comptes n° 2",
    ]
    office.opens(f"{HERE}/jobs?state=failed").sees("1 travail", "Échoué")
    academy = at_console(worker_of(contextless, "academy_administrator"))
    assert len(lines(academy, "/console/academy/jobs?format=csv&state=failed")) == 3


def test_posts_are_sorted_searched_and_written_to_a_file_without_their_acts(
    contextless: World, head: Someone, at_console: Callable[[Someone], Visitor]
) -> None:
    contextless.staff("Nadia", "Le Bihan", "secretary")
    admin = at_console(worker_of(contextless, "academy_administrator"))
    read = lines(admin, "/console/academy/administrators?format=csv&sort=-name&q=tilleuls")
    assert [line[0] for line in read] == ["Nom", "Paul Martin", "Nadia Le Bihan"] and "Que faire" not in read[
        0
    ]


def test_a_table_is_a_region_that_the_keyboard_scrolls(
    people: None, head: Someone, at_console: Callable[[Someone], Visitor]
) -> None:
    html = at_console(head).opens(f"{HERE}/people").html
    assert re.search(r'<div class="scroll tall" tabindex="0" role="region" aria-label="Personnes">', html)
    assert '<th scope="col" aria-sort="ascending">' in html and html.count("<tr>") == 51
