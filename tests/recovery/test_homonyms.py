"""Homonyms who share a number: a child's birth date decides, and else the school."""

import re

import pytest
from flask import Flask

from tests.actors.letter_lost import PASSWORD, dates, newest_code
from tests.actors.visitor import SMS, Visitor
from tests.actors.world import Someone, World
from tests.conftest import Clock
from tests.pages import fields_of

pytestmark = pytest.mark.settings(sms=SMS)
NUMBER = "+33612345678"


@pytest.fixture
def three(world: World) -> tuple[Someone, Someone, Someone]:
    """Three `Dominique Dumail`: the first two are both parents of the twins Ana and Éli; the third has children alone."""
    first, second, third = (
        world.guardian("Dominique", "Dumail", state="created", mobile=NUMBER) for _ in range(3)
    )
    twins = world.pupil("Ana", birth_date="2014-05-06"), world.pupil("Éli", birth_date="2014-05-06")
    world.family(first, *twins)
    world.family(second, *twins)
    world.family(second, world.pupil("Noé", birth_date="2012-07-08"))
    world.family(
        third, world.pupil("Zoé", birth_date="2013-01-02"), world.pupil("Max", birth_date="2015-03-04")
    )
    return first, second, third


def day(date: str) -> dict[str, str]:
    year, month, day = date.split("-")
    return {"day": day, "month": month, "year": year}


def to_the_child(app: Flask, visitor: Visitor, page: str = "/activation") -> Visitor:
    visitor.opens(page).fills(contact="0612345678").fills(code=newest_code(app))
    visitor.fills(first_name="dominique", family_name="DUMAIL")
    return visitor.sees("Un de vos enfants")


Three = tuple[Someone, Someone, Someone]


def test_a_childs_birth_date_selects_the_account(
    app: Flask, world: World, visitor: Visitor, three: Three
) -> None:
    to_the_child(app, visitor)
    visitor.fills(**day("2013-01-02")).sees("Vos enfants", "Zoé", "Max")
    assert "Ana" not in visitor.words and "Noé" not in visitor.words
    visitor.fills(**dates(visitor.html, "2013-01-02", "2015-03-04")).sees(three[2].username)
    visitor.fills(password=PASSWORD, again=PASSWORD).sees("Votre adresse mail")
    assert [world.facts(guardian).state for guardian in three] == ["created", "created", "confirming"]


def test_a_typed_birth_date_is_not_asked_again(app: Flask, visitor: Visitor, three: Three) -> None:
    to_the_child(app, visitor).fills(**day("2013-01-02"))
    values = [
        value for name, value in fields_of(visitor.html, "csrf_token").items() if re.match(r"\d+-", name)
    ]
    assert values == ["02", "01", "2013", "", "", ""]


@pytest.mark.both_engines
def test_two_parents_of_one_child_need_the_office(app: Flask, visitor: Visitor, three: Three) -> None:
    to_the_child(app, visitor).fills(**day("2014-05-06"))
    visitor.sees("V11", "le secrétariat du collège", "Ce qu’il faut dire", "Recommencer")
    assert visitor.status == 409
    for guardian in three:
        assert guardian.username not in visitor.html
    assert "Ana" not in visitor.words
    visitor.opens(visitor.path).sees("V11")


def test_any_childs_birth_date_selects_its_parent(app: Flask, visitor: Visitor, three: Three) -> None:
    to_the_child(app, visitor).fills(**day("2012-07-08")).sees("Noé", "Ana", "Éli")


def test_a_wrong_birth_date_counts_for_each_candidate(app: Flask, visitor: Visitor, three: Three) -> None:
    to_the_child(app, visitor)
    for code in ("A02", "A02", "A03", "A03"):
        visitor.fills(**day("2010-01-01")).sees(code, "Un de vos enfants")
    visitor.fills(**day("2013-01-02")).sees("A03")
    to_the_child(app, Visitor(app)).fills(**day("2013-01-02")).sees("A03")


def test_birth_date_attempts_are_shared_with_other_pages(app: Flask, visitor: Visitor, three: Three) -> None:
    """Two wrong dates here leave one on the page of all children."""
    to_the_child(app, visitor).fills(**day("2010-01-01")).fills(**day("2010-01-02")).fills(
        **day("2013-01-02")
    )
    visitor.fills(**dates(visitor.html, "2013-01-02", "2010-01-01")).sees("A03")


def test_right_answers_use_no_attempts(app: Flask, three: Three) -> None:
    for _ in range(3):
        to_the_child(app, Visitor(app)).fills(**day("2014-05-06")).sees("V11")
        app.extensions["clock"].advance(3600)
    to_the_child(app, Visitor(app)).fills(**day("2013-01-02")).sees("Zoé")


def test_an_account_without_attempts_left_still_counts_as_a_candidate(
    app: Flask, world: World, visitor: Visitor, three: Three
) -> None:
    """Otherwise a right answer could select the only remaining candidate."""
    with app.app_context():
        from idp.database.engine import transaction
        from idp.signin.birth_date_check import A_YEAR, identity_bucket
        from idp.signin.storage import throttles

        with transaction() as tx:
            for _ in range(3):
                throttles.count_attempt(
                    tx, identity_bucket(three[0].account), app.extensions["clock"](), A_YEAR
                )
    to_the_child(app, visitor).fills(**day("2014-05-06")).sees("V11")


def test_an_impossible_date_is_reported_at_its_field(app: Flask, visitor: Visitor, three: Three) -> None:
    to_the_child(app, visitor).fills(day="31", month="02", year="2013").sees(
        "A08", 'aria-errormessage="refusal" autofocus'
    )
    assert visitor.status == 422
    assert len(re.findall('aria-invalid="true"', visitor.html)) == 3
    typed = fields_of(visitor.html, "day")
    assert [typed[name] for name in ("day", "month", "year")] == ["31", "02", "2013"]
    visitor.fills(**day("2013-01-02")).sees("Zoé")


def test_the_browser_stores_nothing_of_the_identification(app: Flask, visitor: Visitor, three: Three) -> None:
    """Another browser cannot go on; reload and Back lead to the page that is due."""
    to_the_child(app, visitor)
    page = visitor.path
    assert Visitor(app).opens(page).sees("R02").status == 403
    names = page.replace("/child", "/names")
    visitor.opens(names).sees("Un de vos enfants")
    visitor.fills(**day("2013-01-02")).opens(page).sees("Vos enfants")


def test_a_unique_name_needs_no_birth_date(app: Flask, world: World, visitor: Visitor, three: Three) -> None:
    marc = world.guardian("Marc", "Petit", state="created", mobile=NUMBER)
    world.family(marc, world.pupil("Lou", "Petit", birth_date="2013-01-02"))
    visitor.opens("/activation").fills(contact="0612345678").fills(code=newest_code(app))
    visitor.fills(first_name="Marc", family_name="Petit").sees("Vos enfants", "Lou")


def test_a_name_of_nobody_is_refused_as_before(
    app: Flask, visitor: Visitor, three: Three, clock: Clock
) -> None:
    visitor.opens("/activation").fills(contact="0612345678").fills(code=newest_code(app))
    visitor.fills(first_name="Dominique", family_name="Dumas").sees("V05")


def test_an_active_account_is_reported(app: Flask, world: World, visitor: Visitor, three: Three) -> None:
    world.set_account(three[2], state="active")
    to_the_child(app, visitor).fills(**day("2013-01-02")).sees("Vous avez déjà un compte", three[2].username)


def test_linking_another_provider_follows_the_same_steps(app: Flask, visitor: Visitor, three: Three) -> None:
    visitor.opens("/activation")
    with visitor.browser.session_transaction() as session:
        session["linking"] = "an identity that waits"
    to_the_child(app, visitor, "/activation/link").fills(**day("2013-01-02")).sees("Zoé", "Max")
    to_the_child(app, visitor, "/activation/link").fills(**day("2014-05-06")).sees("V11", "/activation/link")
