"""The first steps of a new school tick themselves."""

import re
from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from flask import Flask
from sqlalchemy import update

from idp.console.rules.first_steps import SchoolFacts, first_steps, most_have_letters
from idp.database.engine import reading, transaction
from idp.people.storage.tables import Account, School
from idp.runtime.context import day_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import Clock
from tests.console.conftest import imports as imports_files

UAI = "0990001N"
HERE = f"/console/school/{UAI}"
EVERYTHING = SchoolFacts(True, True, True, True, True, True)


class TestRule:
    def test_a_new_school_begins_with_its_import(self) -> None:
        steps = first_steps(SchoolFacts())
        assert steps is not None and steps.done == 0 and steps.following == "import"
        waiting = {step.name: step.waits_for for step in steps.steps if step.waits_for}
        assert waiting == {"letters": "import", "login": "letters"}

    def test_each_fact_ticks_one_step(self) -> None:
        names = [field.name for field in fields(SchoolFacts) if field.name != "is_put_away"]
        ticked = []
        for name in names:
            steps = first_steps(replace(SchoolFacts(), **{name: True}))
            assert steps is not None and steps.done == 1
            ticked += [step.name for step in steps.steps if step.is_done]
        assert len(set(ticked)) == len(names) == 6

    def test_the_list_goes_when_all_is_done_or_it_was_put_away(self) -> None:
        assert first_steps(EVERYTHING) is None
        assert first_steps(SchoolFacts(is_put_away=True)) is None

    def test_it_may_be_put_away_when_only_optional_steps_remain(self) -> None:
        without = first_steps(replace(EVERYTHING, has_delegation=False, has_brand=False))
        assert without is not None and without.may_be_put_away and without.following == "delegations"
        without_office = first_steps(replace(EVERYTHING, has_office=False))
        assert without_office is not None and not without_office.may_be_put_away

    @pytest.mark.parametrize(
        ("people", "letters", "active", "expected"),
        [(0, 0, 0, False), (10, 0, 4, False), (10, 5, 0, True), (10, 3, 2, True), (11, 5, 0, False)],
    )
    def test_a_few_families_of_another_school_are_no_run_of_letters(
        self, people: int, letters: int, active: int, expected: bool
    ) -> None:
        assert most_have_letters(people, letters, active) is expected


def done(visitor: Visitor) -> set[str]:
    visitor.opens(HERE)
    rows = re.findall(r'<li class="is-done">.*?<strong>(.*?)</strong>', visitor.html, re.DOTALL)
    return set(rows)


@pytest.mark.both_engines
def test_the_list_follows_a_school_from_the_first_file_to_the_first_family(
    app: Flask,
    head: Someone,
    contextless: World,
    at_console: Callable[[Someone], Visitor],
    work: Callable[[], None],
    clock: Clock,
) -> None:
    colleague = contextless.staff("Anne", "Petit", "delegate")
    office = at_console(head)
    assert office.opens(HERE).sees("Par où commencer", "Après l’étape précédente") and done(office) == set()
    imports_files(office, work)
    assert done(office) == {"Base importée"}
    office.opens(f"{HERE}/letters").fills(press="act=print").fills(press="act=print")
    work()
    assert done(office) == {"Base importée", "Courriers imprimés"}
    pupil = re.search(r"l\.durand\d*", office.opens(f"{HERE}/people?q=durand").html)
    assert pupil
    assert "Ranger cette liste" not in office.html
    logs_in(app, pupil[0], clock())
    assert "Première connexion d’une famille" in done(office)
    office.opens(f"{HERE}/our-school").fills(press="act=brand", brand_name="Collège des Tilleuls")
    assert "Nom et couleurs choisis" in done(office) and "Ranger cette liste" not in office.html
    with app.app_context():
        today = day_of(clock()).isoformat()
    office.opens(f"{HERE}/delegations").fills(
        press="act=lend", person=str(colleague.person), kind="pupil", scope="all", since=today, until=today
    )
    assert "Délégation donnée" in done(office)
    contact = {"office_phone": "05 46 00 00 00", "office_hours": "8 h – 17 h"}
    office.opens(f"{HERE}/our-school").fills(press="act=office", office_phone=contact["office_phone"])
    assert len(done(office)) == 5, "a telephone without hours is no answer"
    office.opens(f"{HERE}/our-school").fills(press="act=office", **contact)
    assert "Par où commencer" not in office.opens(HERE).html


def logs_in(app: Flask, username: str, moment: int) -> None:
    with app.app_context(), transaction() as tx:
        tx.execute(update(Account).where(Account.username == username).values(last_signed_in_at=moment))


@pytest.mark.both_engines
def test_a_school_that_needs_no_more_puts_the_list_away(
    app: Flask, contextless: World, head: Someone, at_console: Callable[[Someone], Visitor], clock: Clock
) -> None:
    pupil, office = contextless.pupil(), at_console(head)
    with app.app_context(), transaction() as tx:
        tx.execute(update(School).values(imported_at=clock()))
    logs_in(app, pupil.username, clock() - 1)
    assert "Première connexion d’une famille" not in done(office), "before the pupil came to this school"
    logs_in(app, pupil.username, clock())
    office.opens(f"{HERE}/our-school").fills(press="act=office", office_phone="05 46 00", office_hours="8 h")
    office.opens(HERE).sees("Par où commencer", "facultatif").fills(press="act=first_steps")
    assert office.path == HERE and "Par où commencer" not in office.html
    with app.app_context():
        acts = reading().exec_driver_sql("SELECT act FROM audit WHERE act = 'school.first_steps'").all()
    assert len(acts) == 1
