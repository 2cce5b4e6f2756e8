"""What a school's office does not read of another school: children, colleagues, facts of people, in no page and no file."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update

from idp.accounts import guardianship, lock
from idp.database.engine import reading, transaction
from idp.people.storage import family
from idp.people.storage.tables import Enrolment, Guardianship, StaffPost
from tests.actors.console_staff import worker_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import NOON
from tests.console.conftest import UAI
from tests.pages import fields_of

HERE = f"/console/school/{UAI}"
THERE = "/console/school/0990002P"


@pytest.fixture
def mother(contextless: World) -> Someone:
    """Of Léa at this school (link 1) and of Ulysse Zabulon at another (link 2), where Théodora Quint works."""
    world = contextless
    someone = world.guardian("Claire", "Durand", mobile="+33612345678")
    nearby = world.school("0990002P", "Collège de la Roselière")
    world.family(
        someone,
        world.pupil("Léa", "Durand", class_code="6 A"),
        world.pupil("Ulysse", "Zabulon", school=nearby, class_code="4 Z"),
    )
    return someone


def head_there(world: World) -> Someone:
    head, nearby = world.staff("Théodora", "Quint", "head"), world.school("0990002P")
    with world.app.app_context(), transaction() as tx:
        tx.execute(update(StaffPost).where(StaffPost.person_id == head.person).values(school_id=nearby))
    return head


OF_THE_OTHER_SCHOOL = ("Ulysse", "Zabulon", "Roselière", "Quint", "4 Z")


def hides(visitor: Visitor) -> None:
    assert visitor.status == 200
    assert not [word for word in OF_THE_OTHER_SCHOOL if word in visitor.html]


@pytest.mark.both_engines
def test_a_guardians_page_shows_the_children_of_the_school_alone(
    mother: Someone, head: Someone, contextless: World, at_console: Callable[[Someone], Visitor]
) -> None:
    office = at_console(head).opens(f"{HERE}/people/{mother.account}").sees("Léa Durand", "6 A")
    hides(office)
    other_head = head_there(contextless)
    there = at_console(other_head).opens(f"{THERE}/people/{mother.account}").sees("Ulysse Zabulon")
    assert "Léa" not in there.html


@pytest.mark.both_engines
def test_what_happened_at_another_school_names_nobody_there(
    app: Flask,
    mother: Someone,
    head: Someone,
    contextless: World,
    at_console: Callable[[Someone], Visitor],
) -> None:
    other_head = head_there(contextless)
    colleague = contextless.staff("Paul", "Hervé", "secretary")
    with app.app_context():
        facts = contextless.facts(mother)
        guardianship.detach(facts, 2, "Jugement du 3 mai", f"account:{other_head.account}", NOON)
        lock.lock(facts, f"account:{other_head.account}", NOON)
        lock.unlock(contextless.facts(mother), f"account:{colleague.account}", NOON)
    office = at_console(head).opens(f"{HERE}/people/{mother.account}")
    hides(office)
    office.sees("par un autre établissement", "par Paul Hervé", "Compte verrouillé")
    assert "Jugement du 3 mai" not in office.html


@pytest.mark.both_engines
def test_who_has_gone_to_another_school_is_found_there_alone(
    app: Flask, head: Someone, contextless: World, at_console: Callable[[Someone], Visitor]
) -> None:
    """Both are searched by name and written to a file; one who is at no school stays with the last."""
    world = contextless
    nearby = world.school("0990002P", "Collège de la Roselière")
    moved, gone = world.pupil("Max", "Duchemin"), world.pupil("Nora", "Duchemin")
    parent, second_parent = world.guardian("Inès", "Duchemin"), world.guardian("Ali", "Duchemin")
    world.family(parent, moved)
    world.family(second_parent, gone)
    with app.app_context(), transaction() as tx:
        tx.execute(update(Enrolment).values(until=NOON))
        tx.execute(
            Enrolment.__table__.insert().values(
                pupil_id=moved.person, school_id=nearby, since=NOON, class_code="4 Z"
            )
        )
    office = at_console(head)
    for address in ("people?q=duchemin", "people?q=duchemin&format=csv"):
        page = office.opens(f"{HERE}/{address}").page
        assert page is not None
        text = page.get_data(as_text=True)
        assert "Nora" in text and "Ali" in text and "Max" not in text and "Inès" not in text
    searched = office.opens("/console/search?q=duchemin").html
    assert "Nora" in searched and "Ali" in searched and "Max" not in searched and "Inès" not in searched
    misspelt = office.opens("/console/search?q=duchemni").html
    assert "Nora" in misspelt and "Max" not in misspelt
    for someone, status in ((moved, 404), (parent, 404), (gone, 200), (second_parent, 200)):
        assert office.opens(f"{HERE}/people/{someone.account}").status == status
    there = at_console(head_there(world))
    assert "Max" in there.opens(f"{THERE}/people?q=duchemin").html
    assert "Inès" in there.html and "Nora" not in there.html and "Ali" not in there.html


@pytest.mark.both_engines
def test_a_disputed_link_waits_at_the_school_of_the_pupil(
    app: Flask, mother: Someone, contextless: World
) -> None:
    school = contextless.school()
    with app.app_context():
        with transaction() as tx:
            tx.execute(update(Guardianship).values(disputed_at=NOON, school_id=school))
        here = [row.pupil for row in family.disputed(reading(), UAI)]
        there = [row.pupil for row in family.disputed(reading(), "0990002P")]
    assert (here, there) == (["Léa Durand"], ["Ulysse Zabulon"])


def test_an_account_named_by_its_username_shows_what_is_the_same(
    mother: Someone, head: Someone, contextless: World, at_console: Callable[[Someone], Visitor]
) -> None:
    """An office that types the username of another school's guardian reads no number, address, town or child of theirs."""
    world = contextless
    nearby = world.school("0990002P")
    stranger = world.guardian(
        "Claire", "Durand", mobile="+33699887766", contact_mail="secret@roseliere.example", city="Royan"
    )
    world.family(stranger, world.pupil("Ulysse", "Zabulon", school=nearby, class_code="4 Z"))
    office = at_console(head).opens(f"{HERE}/people/{mother.account}/act?do=merge&with={stranger.username}")
    office.sees("Les fiches côte à côte", "Autre ; connu d’un autre établissement", "Léa Durand")
    hides(office)
    assert not [text for text in ("99 88 77 66", "99887766", "secret@", "Royan") if text in office.html]


def test_a_delegate_sees_no_relative_beyond_what_was_lent(
    head: Someone, contextless: World, at_console: Callable[[Someone], Visitor]
) -> None:
    world = contextless
    parent = world.guardian("Claire", "Durand")
    world.family(
        parent, world.pupil("Léa", "Durand", class_code="6 A"), world.pupil("Tom", "Durand", class_code="4 B")
    )
    colleague = world.staff("Nadia", "Roy", "delegate")
    office = at_console(head).opens(f"{HERE}/delegations")
    token = fields_of(office.html, having="csrf_token")["csrf_token"]
    lent = {
        "act": "lend",
        "person": str(colleague.person),
        "kind": ["pupil", "guardian"],
        "scope": "classes",
        "class": "6 A",
    }
    days = {"since": "2026-11-18", "until": "2026-12-18", "csrf_token": token}
    office.browser.post(f"{HERE}/delegations", data={**lent, **days})
    page = at_console(colleague).opens(f"{HERE}/people/{parent.account}").sees("Léa Durand")
    assert "Tom" not in page.html


def test_the_academy_sees_the_whole_family_by_school(
    mother: Someone, contextless: World, at_console: Callable[[Someone], Visitor]
) -> None:
    academy = at_console(worker_of(contextless, "academy_administrator"))
    academy.opens(f"/console/academy/people/{mother.account}").sees("Roselière")
    academy.opens(f"{THERE}/people/{mother.account}").sees("Ulysse Zabulon")
