"""Requests for erasure: asked for in "Mon compte", answered at the console by the school's office or the academy."""

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update

from idp.console import personal_data
from idp.database.engine import reading, transaction
from idp.durations import DAY
from idp.people.storage.tables import Account, Enrolment, Guardianship, School
from idp.privacy import erasure_requests
from idp.privacy.storage import erasure_requests as storage
from idp.privacy.storage.tables import ErasureRequest
from idp.refusals import Refusal
from tests.actors.account_holder import notice_subjects, signed_in
from tests.actors.console_staff import worker_of
from tests.actors.visitor import Visitor, messages
from tests.actors.world import Someone, World
from tests.at_once import at_once
from tests.conftest import NOON, Clock
from tests.pages import fields_of

HERE = "/console/school/0990001N/erasure-requests"
ACADEMY = "/console/academy/erasure-requests"
REASON = "Votre enfant est inscrit chez nous"


@pytest.fixture
def claire(world: World) -> Someone:
    claire = world.guardian("Claire", "Durand")
    world.family(claire, world.pupil("Léa", birth_date="2014-05-06"))
    return claire


def asks(app: Flask, someone: Someone, wish: str = "") -> Visitor:
    visitor = signed_in(app, someone).opens("/account/data/erasure")
    return visitor.fills("act=ask", wish=wish)


def count(app: Flask) -> int:
    with app.app_context():
        return int(reading().execute(select(func.count()).select_from(ErasureRequest)).scalar_one())


def waiting(app: Flask, school: int | None, *kinds: str) -> list[str]:
    with app.app_context():
        kinds_asked = kinds or tuple(erasure_requests.EVERYBODY)
        return [row.name for row in erasure_requests.waiting_requests(school, kinds_asked)]


def school_of(app: Flask, uai: str = "0990001N") -> int:
    with app.app_context():
        return int(reading().execute(select(School.id).where(School.uai == uai)).scalar_one())


def leaves(app: Flask, someone: Someone) -> None:
    """No school names the guardian any more."""
    with app.app_context(), transaction() as tx:
        tx.execute(update(Guardianship).where(Guardianship.guardian_id == someone.person).values(until=1))
        tx.execute(update(Account).where(Account.id == someone.account).values(present=False))


def test_the_page_says_what_erasure_means_and_for_whom(app: Flask, world: World, claire: Someone) -> None:
    signed_in(app, claire).opens("/account/data/erasure").sees(
        "secrétariat (Collège des Tilleuls)",
        "Tant que votre enfant y est inscrit",
        "rien ne permet de revenir",
    )
    pupil = world.pupil("Tom", "Petit")
    signed_in(app, pupil).opens("/account/data/erasure").sees("Tant que vous y êtes inscrit(e)")


@pytest.mark.both_engines
def test_a_request_waits_at_the_school_of_the_person(app: Flask, world: World, claire: Someone) -> None:
    second_school = world.school("0990002P", "Collège de la Roselière")
    marc = world.guardian("Marc", "Petit")
    world.family(marc, world.pupil("Zoé", "Petit", school=second_school))
    asked = asks(app, claire, "Je déménage").sees("Votre demande est partie", "demande en attente")
    asked.opens("/account").sees("votre demande d’effacement attend une réponse")
    asks(app, marc)
    assert waiting(app, school_of(app)) == ["Claire Durand"]
    assert waiting(app, second_school) == ["Marc Petit"]
    assert waiting(app, None) == []
    assert waiting(app, school_of(app), "pupil") == []
    assert "Vous demandez l’effacement de vos données" in notice_subjects(app)


def moves(app: Flask, pupil: Someone, school: int) -> None:
    """The pupil has left every school but this one."""
    with app.app_context(), transaction() as tx:
        tx.execute(update(Enrolment).where(Enrolment.pupil_id == pupil.person).values(until=NOON))
        row = {"pupil_id": pupil.person, "school_id": school, "class_code": "4 B", "since": NOON}
        tx.execute(insert(Enrolment).values(row))


@pytest.mark.both_engines
@pytest.mark.parametrize("kind", ["pupil", "guardian"])
def test_an_open_request_follows_its_person_to_the_new_school(app: Flask, world: World, kind: str) -> None:
    new_school = world.school("0990002P", "Collège de la Roselière")
    pupil, guardian, homonym = (
        world.pupil("Tom", "Petit"), world.guardian("Luc", "Petit"), world.pupil("Zoé", "Petit")
    )  # fmt: skip
    world.family(guardian, pupil)
    someone, name = (pupil, "Tom Petit") if kind == "pupil" else (guardian, "Luc Petit")
    asks(app, someone)
    asks(app, homonym)
    old_school = school_of(app)
    with app.app_context():
        (row,) = [row for row in erasure_requests.waiting_requests(old_school) if row.name == name]
    moves(app, pupil, new_school)
    assert waiting(app, old_school) == ["Zoé Petit"] and waiting(app, new_school) == [name]
    assert waiting(app, None) == []
    signed_in(app, someone).opens("/account/data/erasure").sees("Collège de la Roselière")
    with app.app_context():
        for act in (
            lambda: erasure_requests.refuse(row, old_school, REASON, "account:9", NOON),
            lambda: erasure_requests.pass_on(row, old_school, "account:9", NOON),
        ):
            with pytest.raises(Refusal) as refused:
                act()
            assert refused.value.code == "K03"
        erasure_requests.refuse(row, new_school, REASON, "account:9", NOON)
        answered = erasure_requests.latest_of(world.facts(someone))
    assert answered is not None and answered.school == "Collège de la Roselière" and not answered.is_open


@pytest.mark.both_engines
def test_a_request_passed_on_stays_at_the_academy_when_its_person_moves(app: Flask, world: World) -> None:
    new_school = world.school("0990002P", "Collège de la Roselière")
    pupil = world.pupil("Tom", "Petit")
    asks(app, pupil)
    with app.app_context():
        (row,) = erasure_requests.waiting_requests(school_of(app))
        erasure_requests.pass_on(row, school_of(app), "account:9", NOON)
    moves(app, pupil, new_school)
    assert waiting(app, None) == ["Tom Petit"] and waiting(app, new_school) == []


def test_open_requests_stand_in_the_overview_of_the_office(app: Flask, world: World, clock: Clock) -> None:
    """With their day; those of the staff for who may answer them, those of another school there alone."""
    world.school("0990002P", "Collège de la Roselière")
    asks(app, world.pupil("Tom", "Petit"))
    asks(app, world.staff("Luc", "Blanc", "teacher"))
    other_pupil = world.pupil("Zoé", "Petit")
    asks(app, other_pupil)
    moves(app, other_pupil, world.school("0990002P"))
    secretary, head = worker_of(world, "secretary"), world.staff("Hélène", "Vasseur", "head")
    overview = "/console/school/0990001N"
    signed_in(app, secretary).opens(overview).sees("1 demande d’effacement attend une réponse", "Réponse due")
    signed_in(app, head).opens(overview).sees("2 demandes d’effacement attendent une réponse").follows(
        "2 demandes d’effacement attendent une réponse"
    ).sees("Tom Petit", "Luc Blanc")
    clock.advance(31 * DAY)
    signed_in(app, head).opens(overview).sees("En retard : la réponse était due le")


def test_requests_passed_on_stand_in_the_overview_of_the_academy(app: Flask, world: World) -> None:
    asks(app, world.pupil("Tom", "Petit"))
    with app.app_context():
        (row,) = erasure_requests.waiting_requests(school_of(app))
        erasure_requests.pass_on(row, school_of(app), "account:9", NOON)
    administrator, support = worker_of(world, "academy_administrator"), worker_of(world, "academy_support")
    words = "1 demande d’effacement attend une réponse"
    signed_in(app, administrator).opens("/console/academy").sees(words)
    assert words not in signed_in(app, support).opens("/console/academy").html


def test_a_second_request_changes_nothing(app: Flask, claire: Someone) -> None:
    visitor = asks(app, claire)
    visitor.opens("/account/data/erasure").sees("Votre demande attend une réponse")
    visitor.browser.post(
        "/account/data/erasure",
        data={"csrf_token": _token(visitor), "act": "ask", "wish": "encore"},
    )
    assert count(app) == 1
    assert notice_subjects(app).count("Vous demandez l’effacement de vos données") == 1


def _token(visitor: Visitor) -> str:
    return fields_of(visitor.html, having="csrf_token")["csrf_token"]


@pytest.mark.both_engines
def test_of_several_requests_at_once_one_waits(app: Flask, world: World, claire: Someone) -> None:
    facts = world.facts(claire)

    def ask(number: int) -> None:
        with app.app_context():
            erasure_requests.ask(facts, f"{number}", 1000)

    at_once(app, ask, 8)
    assert count(app) == 1


def test_a_request_is_withdrawn(app: Flask, claire: Someone) -> None:
    visitor = asks(app, claire).opens("/account/data/erasure")
    visitor.fills("act=withdraw").sees("Votre demande est retirée")
    assert count(app) == 0
    visitor.opens("/account/history?kind=account").sees(
        "Effacement des données demandé", "Demande d’effacement retirée"
    )


def test_the_request_asks_for_the_password_again(app: Flask, claire: Someone, clock: Clock) -> None:
    visitor = signed_in(app, claire)
    clock.advance(301)
    visitor.opens("/account/data/erasure").sees("encore une fois")


@pytest.mark.both_engines
def test_the_office_refuses_with_a_reason_which_the_person_reads(
    app: Flask, world: World, claire: Someone
) -> None:
    asks(app, claire, "Je déménage")
    office = signed_in(app, worker_of(world, "secretary")).opens(HERE)
    office.sees("Claire Durand", "Je déménage", "nomme encore cette personne")
    office.fills("act=refuse", reason="non").sees("K08")
    assert waiting(app, school_of(app)) == ["Claire Durand"]
    office.fills("act=refuse", reason=REASON).sees("La demande est refusée", "Personne n’attend")
    mail = [mail for mail in messages(app, "mail") if mail["facts"].get("facts", {}).get("reason")]
    assert mail[0]["to"] == "claire@example.org" and mail[0]["facts"]["facts"]["reason"] == REASON
    claires = signed_in(app, claire).opens("/account/data").sees("demande refusée", REASON)
    claires.opens("/account/data/erasure").fills("act=ask").sees("Votre demande est partie")
    assert count(app) == 2


def test_the_office_sees_until_when_to_answer(
    app: Flask, world: World, claire: Someone, clock: Clock
) -> None:
    asks(app, claire)
    secretary = worker_of(world, "secretary")
    signed_in(app, secretary).opens(HERE).sees("à répondre avant le")
    clock.advance(31 * DAY)
    signed_in(app, secretary).opens(HERE).sees("en retard")


def test_an_answer_is_given_once(app: Flask, world: World, claire: Someone) -> None:
    asks(app, claire)
    school = school_of(app)
    with app.app_context():
        (row,) = erasure_requests.waiting_requests(school)
        erasure_requests.refuse(row, school, REASON, "account:9", 1000)
        for again in (
            lambda: erasure_requests.refuse(row, school, REASON, "account:9", 1000),
            lambda: erasure_requests.pass_on(row, school, "account:9", 1000),
        ):
            with pytest.raises(Refusal) as refused:
                again()
            assert refused.value.code == "K03"


@pytest.mark.both_engines
def test_no_school_answers_for_another_one(app: Flask, world: World, claire: Someone) -> None:
    asks(app, claire)
    second_school = world.school("0990002P", "Collège de la Roselière")
    with app.app_context():
        (row,) = erasure_requests.waiting_requests(school_of(app))
        for school in (second_school, None):
            with pytest.raises(Refusal):
                erasure_requests.refuse(row, school, REASON, "account:9", 1000)
        with pytest.raises(Refusal):
            erasure_requests.pass_on(row, second_school, "account:9", 1000)
    assert waiting(app, school_of(app)) == ["Claire Durand"]


@pytest.mark.parametrize(
    ("role", "status"), [("teacher", 403), ("delegate", 403), ("secretary", 200), ("head", 200)]
)
def test_the_page_is_for_those_who_may_detach(app: Flask, world: World, role: str, status: int) -> None:
    assert signed_in(app, worker_of(world, role)).opens(HERE).status == status


def test_a_secretary_does_not_see_requests_of_the_staff(app: Flask, world: World) -> None:
    asks(app, world.staff("Luc", "Blanc", "teacher"))
    assert "Luc Blanc" not in signed_in(app, worker_of(world, "secretary")).opens(HERE).html
    assert "Luc Blanc" in signed_in(app, world.staff("Hélène", "Vasseur", "head")).opens(HERE).html


@pytest.mark.both_engines
def test_the_school_agrees_and_the_academy_erases(app: Flask, world: World, claire: Someone) -> None:
    asks(app, claire)
    office = signed_in(app, worker_of(world, "secretary")).opens(HERE)
    assert "faire effacer par l’académie" not in office.html, "the base still names her"
    leaves(app, claire)
    office.opens(HERE).fills("act=pass_on").sees("transmise à l’académie")
    assert waiting(app, school_of(app)) == [] and waiting(app, None) == ["Claire Durand"]
    academy = signed_in(app, worker_of(world, "academy_administrator")).opens(ACADEMY)
    academy.sees("Claire Durand", "transmis par l’établissement")
    academy.opens(f"/console/academy/people/{claire.account}/data").fills(
        "act=erase", reason="Demande de la personne"
    )
    assert waiting(app, None) == [] and count(app) == 0
    last = [mail for mail in messages(app, "mail") if mail["template"] == "notice"][-1]
    assert last["to"] == "claire@example.org" and last["facts"]["subject"] == "Vos données sont effacées"


def test_an_erasure_that_nobody_asked_for_sends_no_mail(app: Flask, world: World, claire: Someone) -> None:
    leaves(app, claire)
    with app.app_context():
        personal_data.erase(world.facts(claire), "Demande du 3 mai", "account:1", world.clock())
    assert "Vos données sont effacées" not in notice_subjects(app)


def test_the_end_of_retention_answers_a_request_too(app: Flask, world: World, claire: Someone) -> None:
    asks(app, claire)
    leaves(app, claire)
    years = world.app.extensions["settings"].console.history_years * personal_data.YEAR
    with app.app_context(), transaction() as tx:
        assert personal_data.retire(tx, world.clock() + years + DAY) == 1
    assert "Vos données sont effacées" in notice_subjects(app)
    assert count(app) == 0


def test_a_person_whom_no_school_names_asks_the_academy(app: Flask, world: World) -> None:
    marc = world.guardian("Marc", "Petit")
    signed_in(app, marc).opens("/account/data/erasure").sees("votre demande va à l’académie")
    asks(app, marc)
    assert waiting(app, None) == ["Marc Petit"]


def test_a_refused_request_goes_after_a_year(app: Flask, world: World, claire: Someone) -> None:
    asks(app, claire)
    school = school_of(app)
    with app.app_context():
        (row,) = erasure_requests.waiting_requests(school)
        erasure_requests.refuse(row, school, REASON, "account:9", 1000)
        with transaction() as tx:
            assert storage.purge(tx, 1000 + erasure_requests.ANSWER_STAYS) == 0
            assert storage.purge(tx, 1001 + erasure_requests.ANSWER_STAYS) == 1
    assert count(app) == 0
