"""A guardian without a letter opens the account: number, code, birth dates of all children, password, mail."""

import re

import pytest
from flask import Flask

from tests.actors.letter_lost import NUMBER, PASSWORD, dates, newest_code
from tests.actors.visitor import SMS, Visitor, messages
from tests.actors.world import Someone, World
from tests.conftest import Clock
from tests.pages import forms_of

pytestmark = pytest.mark.settings(sms=SMS)


@pytest.fixture
def mother(world: World) -> Someone:
    mother = world.guardian(state="created", mobile=NUMBER)
    world.family(
        mother,
        world.pupil("Léa", birth_date="2014-05-06"),
        world.pupil("Tom", birth_date="2012-07-08"),
    )
    return mother


def to_children(app: Flask, visitor: Visitor, typed: str = "06 12 34 56 78") -> Visitor:
    visitor.opens("/activation").fills(contact=typed).sees("Écrivez le code")
    return visitor.fills(code=newest_code(app)).sees("Vos enfants")


def test_a_guardian_activates_the_account(
    app: Flask, world: World, visitor: Visitor, mother: Someone
) -> None:
    to_children(app, visitor)
    visitor.fills(**dates(visitor.html, "2012-07-08", "2014-05-06"))
    visitor.sees("Choisissez votre mot de passe", mother.username)
    visitor.fills(password=PASSWORD, again=PASSWORD).sees("Votre adresse mail")
    assert "Jour" not in visitor.words, "the birth dates were given already"
    visitor.fills(mail="claire@example.org").sees("Regardez votre boîte mail")
    visitor.fills(code=messages(app, "mail")[-1]["facts"]["code"]).sees("Mes informations", mother.username)
    assert world.facts(mother).state == "active"


@pytest.mark.parametrize(
    "typed", ["0612345678", "06.12.34.56.78", "+33 6 12 34 56 78", "0033612345678", "06-12-34-56-78 "]
)
def test_a_number_in_any_usual_form(app: Flask, visitor: Visitor, mother: Someone, typed: str) -> None:
    to_children(app, visitor, typed)


@pytest.mark.parametrize("typed", ["", "12", "not a number", "06", "0" * 50])
def test_text_that_is_no_number_is_refused(visitor: Visitor, typed: str) -> None:
    assert visitor.opens("/activation").fills(contact=typed).sees("V09").status == 422


def test_a_number_of_the_base_is_found_without_its_country(
    app: Flask, world: World, visitor: Visitor
) -> None:
    parent = world.guardian("Rose", state="created", mobile="+262692112233")
    world.family(parent, world.pupil("Zoé", school=world.school("9740001H")))
    visitor.opens("/activation").fills(contact="0692 11 22 33").sees("Écrivez le code")
    assert messages(app, "sms")[-1]["to"] == "+262692112233"


def test_a_landline_is_refused(app: Flask, visitor: Visitor) -> None:
    visitor.opens("/activation").fills(contact="01 23 45 67 89").sees("V12", "ne reçoit pas de SMS")
    assert visitor.status == 422


def test_a_landline_stored_as_mobile_gets_no_sms(app: Flask, world: World, visitor: Visitor) -> None:
    parent = world.guardian(mobile="+33123456789")
    visitor.opens("/recovery/password").fills(username=parent.username, method="sms").sees("Écrivez le code")
    assert messages(app, "sms") == []


def test_an_unknown_number_sees_the_same_page_and_gets_nothing(
    app: Flask, visitor: Visitor, mother: Someone
) -> None:
    known = Visitor(app).opens("/activation").fills(contact="06 12 34 56 78")
    unknown = visitor.opens("/activation").fills(contact="06 99 99 99 78")
    assert len(messages(app, "sms")) == 1

    def text(page: str) -> str:
        import re

        return re.sub(r'value="[^"]*"|/recovery/[^/"]*', "", page)

    assert text(known.html) == text(unknown.html)
    assert unknown.fills(code="000000").sees("V01", "le secrétariat du collège").status == 422


def test_a_wrong_code_five_times_then_a_new_one(app: Flask, visitor: Visitor, mother: Someone) -> None:
    visitor.opens("/activation").fills(contact="0612345678")
    code = newest_code(app)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        visitor.fills(code=wrong).sees("V01")
    visitor.fills(code=code).sees("V02")
    visitor.fills("act=resend").sees("Un nouveau code vient de partir")
    visitor.fills(code=code).sees("V01")
    visitor.fills(code=newest_code(app)).sees("Vos enfants")


def test_a_code_expires_after_ten_minutes(
    app: Flask, visitor: Visitor, mother: Someone, clock: Clock
) -> None:
    visitor.opens("/activation").fills(contact="0612345678")
    code = newest_code(app)
    clock.advance(600)
    visitor.fills(code=code).sees("V02")


def test_three_sms_an_hour_for_a_number_from_any_browser(app: Flask, mother: Someone, clock: Clock) -> None:
    for _ in range(5):
        Visitor(app).opens("/activation").fills(contact="0612345678").sees("Écrivez le code")
    assert len(messages(app, "sms")) == 3
    clock.advance(3600)
    Visitor(app).opens("/activation").fills(contact="0612345678")
    assert len(messages(app, "sms")) == 4


@pytest.mark.both_engines
def test_three_codes_a_page(app: Flask, visitor: Visitor, mother: Someone) -> None:
    visitor.opens("/activation").fills(contact="0612345678")
    visitor.fills("act=resend").fills("act=resend").fills("act=resend").sees("V04")
    assert visitor.status == 429


class TestChildren:
    def test_all_dates_have_to_be_right(
        self, app: Flask, world: World, visitor: Visitor, mother: Someone
    ) -> None:
        to_children(app, visitor)
        visitor.fills(**dates(visitor.html, "2012-07-08", "2014-05-07")).sees("A02")
        assert world.facts(mother).state == "created"

    def test_after_three_attempts_only_the_school_helps(
        self, app: Flask, visitor: Visitor, mother: Someone
    ) -> None:
        to_children(app, visitor)
        for code in ("A02", "A02", "A03", "A03"):
            visitor.fills(**dates(visitor.html, "2012-07-08", "2014-05-07")).sees(code)
        visitor.fills(**dates(visitor.html, "2012-07-08", "2014-05-06")).sees("A03")

    def test_a_new_identification_has_no_new_attempts(
        self, app: Flask, visitor: Visitor, mother: Someone
    ) -> None:
        to_children(app, visitor)
        for _ in range(3):
            visitor.fills(**dates(visitor.html, "2012-07-08", "2014-05-07"))
        second = to_children(app, Visitor(app))
        second.fills(**dates(second.html, "2012-07-08", "2014-05-06")).sees("A03")

    @pytest.mark.both_engines
    def test_not_my_child_is_flagged_for_the_school(
        self, app: Flask, world: World, visitor: Visitor, mother: Someone
    ) -> None:
        to_children(app, visitor)
        typed = dates(visitor.html, "2012-07-08", "2000-01-01")
        younger = next(name for name in typed if typed[name] == "2000").partition("-")[0]
        visitor.fills(**typed, **{f"not-{younger}": "1"}).sees("Choisissez votre mot de passe")
        with app.app_context():
            from sqlalchemy import select

            from idp.database.engine import reading
            from idp.people.storage.tables import Guardianship

            rows = dict(
                reading().execute(select(Guardianship.pupil_id, Guardianship.disputed_at)).tuples().all()
            )
            from idp.people.storage import family

            (link,) = family.disputed(reading(), "0990001N")
            assert (link.guardian, link.class_code) == ("Claire Durand", "6 A")
        assert [child for child, at in rows.items() if at is not None] == [int(younger)]

    def test_a_guardian_who_denies_every_child_is_refused(
        self, app: Flask, world: World, visitor: Visitor, mother: Someone
    ) -> None:
        to_children(app, visitor)
        typed = dates(visitor.html, "2012-07-08", "2014-05-06")
        denied = {f"not-{name.partition('-')[0]}": "1" for name in typed}
        visitor.fills(**typed, **denied).sees("V06")
        assert world.facts(mother).state == "created"

    def test_a_day_that_does_not_exist(self, app: Flask, visitor: Visitor, mother: Someone) -> None:
        to_children(app, visitor)
        visitor.fills(**dates(visitor.html, "2012-02-31", "2014-05-06")).sees("A10")


def test_shared_number_asks_the_name_after_the_code(
    app: Flask, world: World, visitor: Visitor, mother: Someone
) -> None:
    father = world.guardian("Marc", "Petit", state="created", mobile=NUMBER)
    world.family(father, world.pupil("Zoé", "Petit", birth_date="2013-01-02"))
    visitor.opens("/activation").fills(contact="0612345678")
    assert "Petit" not in visitor.html
    visitor.fills(code=newest_code(app)).sees("Plusieurs responsables ont ce numéro")
    visitor.fills(first_name="Claire", family_name="Petit").sees("V05")
    visitor.fills(first_name=" marc", family_name="PETIT").sees("Zoé")
    visitor.fills(**dates(visitor.html, "2013-01-02")).sees(father.username)


def test_names_cannot_be_guessed_for_ever(
    app: Flask, world: World, visitor: Visitor, mother: Someone
) -> None:
    world.guardian("Marc", "Petit", state="created", mobile=NUMBER)
    visitor.opens("/activation").fills(contact="0612345678").fills(code=newest_code(app))
    for _ in range(5):
        visitor.fills(first_name="Jean", family_name="Petit").sees("V05")
    visitor.fills(first_name="Marc", family_name="Petit").sees("V02")


def test_an_active_account_is_shown_only_after_the_code(app: Flask, world: World, visitor: Visitor) -> None:
    mother = world.guardian(mobile=NUMBER)
    visitor.opens("/activation").fills(contact="0612345678")
    assert mother.username not in visitor.html
    visitor.fills(code=newest_code(app)).sees("Vous avez déjà un compte", mother.username)


@pytest.mark.parametrize("kind", ["pupil", "staff"])
def test_only_guardians_can_self_activate(app: Flask, world: World, visitor: Visitor, kind: str) -> None:
    getattr(world, kind)(state="created", mobile=NUMBER)
    visitor.opens("/activation").fills(contact="0612345678").sees("Écrivez le code")
    assert messages(app, "sms") == []


def test_an_absent_or_closed_guardian_gets_nothing(app: Flask, world: World, visitor: Visitor) -> None:
    world.guardian(mobile=NUMBER, present=False, state="created")
    world.guardian("Anne", mobile=NUMBER, state="closed")
    visitor.opens("/activation").fills(contact="0612345678").sees("Écrivez le code")
    assert messages(app, "sms") == []


def test_another_browser_cannot_go_on(app: Flask, visitor: Visitor, mother: Someone) -> None:
    visitor.opens("/activation").fills(contact="0612345678")
    assert Visitor(app).opens(visitor.path).sees("R02").status == 403


def test_back_and_reload_lead_to_the_due_page(app: Flask, visitor: Visitor, mother: Someone) -> None:
    visitor.opens("/activation").fills(contact="0612345678")
    code_page = visitor.path
    visitor.fills(code=newest_code(app))
    visitor.opens(code_page).sees("Vos enfants")


def test_an_expired_identification_is_refused(visitor: Visitor, mother: Someone, clock: Clock) -> None:
    visitor.opens("/activation").fills(contact="0612345678")
    clock.advance(3600)
    assert visitor.opens(visitor.path).sees("V03").status == 410


@pytest.mark.both_engines
def test_activation_invalidates_the_printed_letter(
    app: Flask, world: World, visitor: Visitor, mother: Someone
) -> None:
    from tests.actors.world import PROVISIONAL

    world.set_account(mother, state="notified")
    to_children(app, visitor)
    visitor.fills(**dates(visitor.html, "2012-07-08", "2014-05-06"))
    with app.test_request_context():
        from idp.refusals import Refusal
        from idp.signin.authentication import sign_in

        with pytest.raises(Refusal, match="S01"):
            sign_in(mother.username, PROVISIONAL, "192.0.2.1", "", app.extensions["clock"]())


def test_the_waiting_login_continues(app: Flask, world: World, visitor: Visitor, mother: Someone) -> None:
    from tests.actors.relying_party import RelyingParty

    portal = RelyingParty(app, world.relying_party(), visitor.browser)
    visitor.opens(portal.authorize(acr_values="responsable").headers["Location"])
    visitor.follows("Je n’ai pas de compte").fills(contact="0612345678").fills(code=newest_code(app))
    visitor.fills(**dates(visitor.html, "2012-07-08", "2014-05-06")).fills(password=PASSWORD, again=PASSWORD)
    visitor.fills(mail="claire@example.org").fills(code=messages(app, "mail")[-1]["facts"]["code"])
    assert visitor.page is not None and visitor.page.headers["Location"].startswith(
        "https://portail.example/cb?code="
    )


def test_without_a_gateway_the_office_is_named(world: World) -> None:
    from idp.app import create_app
    from tests.conftest import fresh_database, settings_for

    app = create_app(settings_for(fresh_database("sqlite")), Clock())
    page = Visitor(app).opens("/activation").sees("le secrétariat du collège")
    assert 'name="contact"' not in page.html


class TestRefusedDates:
    """Which child, and nothing typed in vain (WCAG 2.2 §3.3.1, §3.3.7)."""

    def typed(self, page: str) -> dict[str, str]:
        (fields,) = (fields for _, fields in forms_of(page) if any("-day" in name for name in fields))
        return {name: value for name, value in fields.items() if name[0].isdigit()}

    def test_an_empty_date_names_its_child_and_keeps_the_others(
        self, app: Flask, visitor: Visitor, mother: Someone
    ) -> None:
        to_children(app, visitor)
        typed = dates(visitor.html, "2012-07-08", "2014-05-06")
        lea = [name for name in typed if name.endswith("-day")][1].removesuffix("-day")
        typed[f"{lea}-month"] = ""
        visitor.fills(**typed)
        assert visitor.status == 422
        visitor.sees("n’existe pas pour : Léa.", f'href="#{lea}-day"')
        assert self.typed(visitor.html) == typed
        marked = re.findall(r'id="(\d+)-\w+"[^>]*aria-invalid', visitor.html)
        assert set(marked) == {lea}

    def test_two_that_are_no_dates_are_both_named(
        self, app: Flask, visitor: Visitor, mother: Someone
    ) -> None:
        to_children(app, visitor)
        typed = dates(visitor.html, "2012-07-08", "2014-05-06")
        typed = {name: "31" if name.endswith(("-day", "-month")) else value for name, value in typed.items()}
        visitor.fills(**typed).sees("pour : Tom, Léa.")
        assert self.typed(visitor.html) == typed

    def test_a_wrong_date_keeps_the_typed_dates(self, app: Flask, visitor: Visitor, mother: Someone) -> None:
        to_children(app, visitor)
        typed = dates(visitor.html, "2012-07-08", "2014-05-07")
        visitor.fills(**typed).sees("A02")
        assert self.typed(visitor.html) == typed
