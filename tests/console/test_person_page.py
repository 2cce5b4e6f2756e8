"""The page of a person: the family, what happened, acts in the order of need, undo, and a slip for the counter."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from idp.accounts import guardianship
from idp.console import people
from idp.database.engine import reading, transaction
from idp.people.rules.accounts import State
from idp.people.storage.tables import Account, Guardianship
from idp.refusals import Refusal
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import NOON
from tests.console.conftest import UAI
from tests.pages import links_of

HERE = f"/console/school/{UAI}"


@pytest.fixture
def family(contextless: World) -> tuple[Someone, Someone, Someone]:
    mother, father, child = (
        contextless.guardian("Claire", "Durand"),
        contextless.guardian("Marc", "Petit"),
        contextless.pupil("Léa", "Durand", birth_date="2015-03-14"),
    )
    contextless.family(mother, child)
    contextless.family(father, child)
    return mother, father, child


@pytest.fixture
def office(head: Someone, at_console: Callable[[Someone], Visitor]) -> Visitor:
    return at_console(head)


def test_a_family_is_a_drawing_that_reads_as_lists(office: Visitor, family: tuple[Someone, ...]) -> None:
    mother, _, child = family
    drawing = re.search(
        r'<ol class="family">.*?</ol>', office.opens(f"{HERE}/people/{child.account}").html, re.DOTALL
    )
    assert drawing
    generations = [re.findall(r"<strong>([^<]+)</strong>", part) for part in drawing[0].split("<h3")[1:]]
    assert generations == [["Claire Durand", "Marc Petit"], ["Léa Durand"]]
    assert "Responsables</h3>" in drawing[0] and drawing[0].count('aria-current="true"') == 1
    office.sees("14 mars 2015")
    html = office.opens(f"{HERE}/people/{mother.account}").html
    assert re.findall(
        r"<strong>([^<]+)</strong>", re.search(r'<ol class="family">.*?</ol>', html, re.DOTALL)[0]
    ) == ["Claire Durand", "Léa Durand"]


def test_the_first_acts_are_those_needed_most(
    office: Visitor, app: Flask, family: tuple[Someone, ...]
) -> None:
    mother = family[0]
    order = list(links_of(office.opens(f"{HERE}/people/{mother.account}").html))
    names = [
        name
        for name in order
        if any(word in name for word in ("provisoire", "mail", "Verrouiller", "Fermer le"))
    ]
    assert [re.match(r"[A-ZÉ]\w+", name)[0] for name in names] == [
        "Donner",
        "Corriger",
        "Verrouiller",
        "Fermer",
    ]
    before, further = office.html.split("Autres actes")
    assert "do=close" in further and "do=close" not in before and "do=reset" in before
    for state in State:
        first, later = people.in_order({"reset", "unlock", "mail", "close", "print"}, state)
        assert len(first) == 3 and (first[0] == "unlock") == (state == State.LOCKED) and "close" in later


@pytest.mark.both_engines
def test_a_lock_is_undone_from_the_page_that_confirms_it(
    office: Visitor, app: Flask, family: tuple[Someone, ...]
) -> None:
    mother = family[0]

    def state() -> str:
        with app.app_context():
            return reading().execute(select(Account.state).where(Account.id == mother.account)).scalar_one()

    office.opens(f"{HERE}/people/{mother.account}/act?do=lock").fills(press="act=lock").sees(
        "Le compte est verrouillé"
    )
    assert state() == "locked"
    office.follows("Annuler : déverrouiller").fills(press="act=unlock").sees("Le compte est déverrouillé")
    assert state() == "active"
    office.sees("Compte verrouillé", "Compte déverrouillé", "par Paul Martin")


@pytest.mark.both_engines
def test_a_removed_link_is_put_back_where_the_school_had_removed_it(
    office: Visitor, app: Flask, family: tuple[Someone, ...]
) -> None:
    mother = family[0]
    page = f"{HERE}/people/{mother.account}"
    office.opens(page).follows("Détacher cet enfant").fills(press="act=detach", reason="Jugement").sees(
        "Le lien est terminé", "Jugement", "Claire Durand – Léa Durand"
    )
    office.follows("Annuler : rétablir le lien").fills(press="act=attach").sees(
        "Le lien est rétabli", "Léa Durand"
    )
    with app.app_context():
        assert reading().execute(select(Guardianship.until).where(Guardianship.id == 1)).scalar_one() is None
    assert "Rétablir le lien" not in links_of(office.opens(page).html)


def test_a_link_that_another_ended_is_not_put_back(world: World) -> None:
    mother, child = world.guardian("Claire", "Durand"), world.pupil()
    world.family(mother, child)
    facts = world.facts(mother)
    guardianship.detach(facts, 1, "Jugement", "account:1", NOON)
    assert guardianship.undoable(facts) == {1: NOON}
    with transaction() as tx:
        tx.execute(update(Guardianship).values(until=NOON + 60))
    assert guardianship.undoable(facts) == {}
    with pytest.raises(Refusal) as refused:
        guardianship.attach_again(facts, 1, "account:1", NOON + 120)
    assert refused.value.code == "K03"
    stranger = world.guardian("Zoé", "Roux")
    with pytest.raises(Refusal):
        guardianship.attach_again(world.facts(stranger), 1, "account:1", NOON + 120)
    assert reading().execute(select(Guardianship.until)).scalar_one() == NOON + 60


def test_a_provisional_code_is_a_slip_to_print_that_is_nowhere_stored(
    office: Visitor, app: Flask, family: tuple[Someone, ...]
) -> None:
    child = family[2]
    html = office.opens(f"{HERE}/people/{child.account}/act?do=reset").fills(press="act=reset").html
    slip = re.search(r'<section class="card counter".*?</section>', html, re.DOTALL)
    assert slip and child.username in slip[0] and "<svg" in slip[0] and "Collège des Tilleuls" in slip[0]
    password = re.search(r'class="provisional">([^<]+)<', slip[0])[1].replace(" ", "")
    assert len(password) == 12 and "Valable jusqu’au" in slip[0]
    office.opens(f"{HERE}/people/{child.account}")
    assert password not in office.html
    with app.app_context():
        for table in ("audit", "accounts", "outbox"):
            assert not [
                row for row in reading().exec_driver_sql(f"SELECT * FROM {table}") if password in str(row)
            ]
