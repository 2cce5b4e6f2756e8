"""The search of the console: typing errors, and rights to the letter."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import insert, select

from idp.console import personal_data
from idp.console.storage.tables import Delegation
from idp.database.engine import reading, transaction
from idp.people.storage import bulk_writes, name_words
from idp.people.storage.tables import NamePiece, NameWord, StaffPost
from tests.actors.console_staff import worker_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import Clock

OTHER = "0990002P"


@pytest.fixture
def two_schools(contextless: World) -> dict[str, Someone]:
    """Homonyms in two schools, in two classes."""
    world, nearby = contextless, contextless.school(OTHER, "Collège de la Roselière")
    people = {
        "here": world.pupil("Léa", "Delafontaine", "6 A"),
        "here too": world.pupil("Léon", "Martin", "4 B"),
        "there": world.pupil("Lia", "Delafontaine", "6 A", school=nearby),
        "parent": world.guardian("Sophie", "Delafontaine"),
        "parent there": world.guardian("Soraya", "Delafontaine"),
        "colleague": world.staff("Sébastien", "Delafontaine", "teacher"),
    }
    world.family(people["parent"], people["here"])
    world.family(people["parent there"], people["there"])
    return people


def names(visitor: Visitor, typed: str, group: str = "people") -> list[str]:
    page = visitor._arrive(visitor.browser.get("/console/search", query_string={"q": typed}))
    assert page.status == 200
    part = re.search(rf'<section aria-labelledby="found-{group}">(.*?)</section>', page.html, re.DOTALL)
    return re.findall(r"<strong>(.*?)</strong>", part[1]) if part else []


@pytest.mark.both_engines
@pytest.mark.parametrize(
    "typed",
    [
        "delafontaine lea",
        "delafontene léa",
        "lea delafontaine",
        "Lea Delafontiane",
        "DELA-FONTAINE  léa",
        "delafntaine lae",
    ],
)
def test_a_head_finds_a_pupil_despite_typing_errors(
    two_schools: dict[str, Someone], head: Someone, at_console: Callable[[Someone], Visitor], typed: str
) -> None:
    assert names(at_console(head), typed)[0] == "Delafontaine Léa"


@pytest.mark.both_engines
def test_nobody_of_another_school_is_found_however_it_is_typed(
    two_schools: dict[str, Someone], head: Someone, at_console: Callable[[Someone], Visitor]
) -> None:
    office = at_console(head)
    for typed in (
        "delafontaine",
        "delafontene",
        "fontaine",
        "lia",
        "lia delafontaine",
        "soraya",
        "delafontaine soraya",
    ):
        shown = names(office, typed)
        assert not {"Delafontaine Lia", "Delafontaine Soraya"} & set(shown), typed
    assert {"Delafontaine Léa", "Delafontaine Sophie", "Delafontaine Sébastien"} <= set(
        names(office, "delafontene")
    )


@pytest.mark.both_engines
def test_the_academy_finds_everybody_whom_it_may_see(
    two_schools: dict[str, Someone], contextless: World, at_console: Callable[[Someone], Visitor]
) -> None:
    families = {"Delafontaine Léa", "Delafontaine Lia", "Delafontaine Sophie", "Delafontaine Soraya"}
    admin = at_console(worker_of(contextless, "academy_administrator"))
    assert set(names(admin, "delafontene")) == families | {"Delafontaine Sébastien"}
    assert names(admin, "delafontene lia")[0] == "Delafontaine Lia"
    assert names(admin, "roseliere", "schools") == ["Collège de la Roselière"]
    assert names(admin, "rozeliere", "schools") == ["Collège de la Roselière"]


@pytest.mark.both_engines
def test_support_does_not_find_staff_and_the_auditor_finds_nobody(
    two_schools: dict[str, Someone], contextless: World, at_console: Callable[[Someone], Visitor]
) -> None:
    support = at_console(worker_of(contextless, "academy_support"))
    assert "Delafontaine Sébastien" not in names(support, "delafontene") != []
    auditor = at_console(worker_of(contextless, "academy_auditor"))
    assert names(auditor, "delafontaine") == names(auditor, "delafontene") == []


@pytest.mark.both_engines
def test_a_delegate_finds_the_lent_class_alone(
    app: Flask,
    two_schools: dict[str, Someone],
    contextless: World,
    at_console: Callable[[Someone], Visitor],
    clock: Clock,
) -> None:
    delegate = contextless.staff("Anne", "Petit", "delegate")
    with app.app_context(), transaction() as tx:
        school = tx.execute(
            select(StaffPost.school_id).where(StaffPost.person_id == delegate.person)
        ).scalar_one()
        times = {
            "since": clock() - 10,
            "until": clock() + 86400,
            "given_at": clock(),
            "given_by": "account:1",
        }
        row = {
            "school_id": school,
            "person_id": delegate.person,
            "kinds": "pupil",
            "classes": '["4 B"]',
            **times,
        }
        tx.execute(insert(Delegation).values(row))
    visitor = at_console(delegate)
    assert names(visitor, "marten leon") == ["Martin Léon"]
    for typed in ("delafontaine", "delafontene", "sophie"):
        assert names(visitor, typed) == []
    assert names(visitor, "6a", "classes") == [] and names(visitor, "4b", "classes") == ["4 B"]


def test_classes_pages_settings_services_and_codes_are_found(
    two_schools: dict[str, Someone],
    contextless: World,
    head: Someone,
    at_console: Callable[[Someone], Visitor],
) -> None:
    office = at_console(head)
    assert names(office, "6a", "classes") == ["6 A"] and names(office, "4", "classes") == ["4 B"]
    assert "Courriers" in names(office, "imprimer", "pages") and "Courriers" in names(
        office, "imprmier", "pages"
    )
    assert names(office, "horaires", "pages")[0] == "Téléphone et horaires du secrétariat"
    assert names(office, "cles signature", "pages") == []
    assert names(office, "k08", "help") == ["K08 · Il manque quelque chose"]
    contextless.relying_party(client_name="Pronote des Tilleuls")
    assert names(office, "pronote", "services") == []
    admin = at_console(worker_of(contextless, "academy_administrator"))
    assert names(admin, "pronot", "services") == ["Pronote des Tilleuls"]
    assert "Clés" in names(admin, "cles", "pages")


def test_hostile_and_empty_texts_find_nothing_and_break_nothing(
    two_schools: dict[str, Someone], head: Someone, at_console: Callable[[Someone], Visitor]
) -> None:
    office = at_console(head)
    for typed in (
        "",
        " ",
        "%",
        "_",
        "'\"<script>",
        "\x00",
        "^$",
        "é" * 200,
        "a " * 60,
        "💥",
        "1" * 90,
        "-- ;",
    ):
        response = office.browser.get("/console/search", query_string={"q": typed})
        assert response.status_code == 200 and "<script>alert" not in response.text, typed


def test_the_palette_gets_the_results_alone(
    two_schools: dict[str, Someone], head: Someone, at_console: Callable[[Someone], Visitor]
) -> None:
    office = at_console(head)
    part = office.browser.get("/console/search", query_string={"q": "delafontaine", "part": "1"}).text
    assert "Delafontaine Léa" in part and "<html" not in part


def test_nobody_searches_without_rights(
    two_schools: dict[str, Someone], at_console: Callable[[Someone], Visitor], contextless: World
) -> None:
    assert at_console(two_schools["parent"]).opens("/console/search?q=lea").status == 403
    assert names(at_console(contextless.staff("Yann", "Darcy", "teacher")), "lea") == []


@pytest.mark.both_engines
def test_the_words_of_a_person_go_with_the_erasure_unless_somebody_else_bears_them(
    app: Flask, contextless: World, clock: Clock
) -> None:
    erased = contextless.guardian("Zénobie", "Durand", present=False)
    contextless.guardian("Claire", "Durand")
    with app.app_context():
        personal_data.erase(contextless.facts(erased), "demande", "account:1", clock())
        left = set(reading().execute(select(NameWord.word)).scalars())
        pieces = set(reading().execute(select(NamePiece.word)).scalars())
    assert "zenobie" not in left | pieces and {"durand", "claire"} <= left & pieces


@pytest.mark.both_engines
def test_a_word_is_learnt_once(app: Flask) -> None:
    with app.app_context():
        for _ in range(2):
            with transaction() as tx:
                name_words.learn(tx, ["durand", "durand", "", "lea"])
        assert sorted(reading().execute(select(NameWord.word)).scalars()) == ["durand", "lea"]
        assert name_words.sharing(reading(), "durnad")[0] == "durand"


@pytest.mark.both_engines
def test_an_import_teaches_the_names_that_it_writes_and_corrects(
    app: Flask,
) -> None:
    with app.app_context(), transaction() as tx:
        row = {
            "kind": "pupil",
            "first_name": "Ibtissème",
            "family_name": "Ouazzani",
            "created_at": 1,
            "updated_at": 1,
        }
        (person,) = bulk_writes.add_persons(tx, [row])
        bulk_writes.change_persons(
            tx,
            [
                {
                    "person": person,
                    "family_name": "Ouazzani-Roy",
                    "first_name": "Ibtissème",
                    "usage_name": None,
                    "updated_at": 2,
                }
            ],
        )
    with app.app_context():
        words = set(reading().execute(select(NameWord.word)).scalars())
    assert {"ibtisseme", "ouazzani", "ouazzaniroy"} <= words
