"""One browser, two tabs, two people: a form acts for the person who filled it in, and for no other."""

from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from idp.database.engine import reading
from idp.signin.authentication import sign_in
from idp.signin.storage.tables import Session
from tests.actors.relying_party import RelyingParty
from tests.actors.visitor import Visitor, messages
from tests.actors.world import Someone, World
from tests.pages import fields_of, forms_with, links_of

WRONG = "Une-Autre-Chose-1515"


@dataclass
class Family:
    mother: Someone
    father: Someone
    child: Someone


@pytest.fixture
def world(contextless: World) -> World:
    return contextless


@pytest.fixture
def family(world: World) -> Family:
    mother = world.guardian("Claire", "Dumail")
    father = world.guardian("Camille", "Dumail")
    child = world.pupil("Joël", "Dumail")
    world.family(mother, child)
    world.family(father, child)
    return Family(mother, father, child)


@pytest.fixture
def icart(world: World) -> RelyingParty:
    registered = world.relying_party(
        client_name="i-Cart", backchannel_logout_uri="https://portail.example/out"
    )
    return RelyingParty(world.app, registered, world.app.test_client())


@pytest.fixture
def pronote(world: World, icart: RelyingParty) -> RelyingParty:
    registered = world.relying_party(
        client_name="Pronote", backchannel_logout_uri="https://pronote.example/out"
    )
    return RelyingParty(world.app, registered, icart.browser)


class Tab(Visitor):
    """One of several tabs of one browser."""

    def __init__(self, party: RelyingParty) -> None:
        super().__init__(party.app, party.browser)
        self.party = party

    def comes_for(self, profile: str | None = "responsable") -> "Tab":
        self.opens(self.party.authorize().headers["Location"])
        if profile is not None and forms_with(self.html, {"profile"}):
            self.fills(press=f"profile={profile}")
        return self

    def signs_in(self, someone: Someone, password: str | None = None) -> "Tab":
        self.fills(username=someone.username, password=password or someone.password)
        return self

    @property
    def code(self) -> str:
        """With which the browser is back at the service."""
        assert self.page is not None
        location = self.page.headers.get("Location", "")
        assert "code=" in location, f"{self.path}: {self.html}"
        return location.partition("code=")[2].partition("&")[0]


def whose(party: RelyingParty, code: str) -> str:
    tokens = party.redeem(code).get_json()
    return str(party.userinfo(tokens["access_token"]).get_json()["given_name"])


def live(world: World, someone: Someone) -> int:
    with world.app.app_context():
        statement = select(Session.sid).where(
            Session.account_id == someone.account, Session.ended_at.is_(None)
        )
        return len(reading().execute(statement).all())


def test_right_codes_of_somebody_else_end_the_other_session(
    world: World, family: Family, icart: RelyingParty, pronote: RelyingParty
) -> None:
    icart.asked = {"scope": "openid profile"}
    mothers = Tab(icart).comes_for("responsable")
    childs = Tab(pronote).comes_for(None).signs_in(family.child)
    if forms_with(childs.html, {"act"}):
        childs.fills(press="act=stay")
    assert pronote.redeem(childs.code).status_code == 200
    mothers.signs_in(family.mother).sees("Joël Dumail", "Pronote", "Claire Dumail")
    assert live(world, family.child) == 0
    notices = messages(world.app, "logout_notice")
    assert [(notice["client_id"], notice["account"]) for notice in notices] == [
        (pronote.client_id, family.child.account)
    ]
    assert whose(icart, mothers.follows("Continuer").code) == "Claire"


def test_wrong_codes_are_refused_as_wrong(
    world: World, family: Family, icart: RelyingParty, pronote: RelyingParty
) -> None:
    mothers = Tab(icart).comes_for("responsable")
    childs = Tab(pronote).comes_for(None).signs_in(family.child)
    mothers.signs_in(family.mother, WRONG).sees("S01", "Joël Dumail")
    assert mothers.status == 401
    assert live(world, family.child) == 1
    assert childs.path.startswith("/login/") or childs.code


def test_ones_own_codes_in_a_second_tab_open_no_second_session(
    world: World, family: Family, icart: RelyingParty, pronote: RelyingParty
) -> None:
    first, second = Tab(icart).comes_for("responsable"), Tab(pronote).comes_for(None)
    first.signs_in(family.mother)
    assert first.code and second.signs_in(family.mother).code
    assert live(world, family.mother) == 1


def test_the_chosen_profile_is_honoured(family: Family, icart: RelyingParty, pronote: RelyingParty) -> None:
    mothers = Tab(icart).comes_for(profile=None)
    Tab(pronote).comes_for("eleve").signs_in(family.child)
    mothers.fills(press="profile=responsable").sees("Quel compte", "Joël Dumail")
    mothers.opens(mothers.path.replace("which_account", "sign_in")).sees("Quel compte")
    mothers.fills(press="leave=1")
    mothers.fills(press="profile=responsable").signs_in(family.mother)
    assert mothers.code


def test_two_parents_with_one_profile_are_asked_which(
    family: Family, icart: RelyingParty, pronote: RelyingParty
) -> None:
    icart.asked = {"scope": "openid profile"}
    mothers = Tab(icart).comes_for(profile=None)
    fathers = Tab(pronote).comes_for("responsable").signs_in(family.father)
    assert fathers.code
    mothers.fills(press="profile=responsable").sees("Quel compte", "Camille Dumail")
    assert whose(icart, mothers.fills(press="act=stay").code) == "Camille"


def test_an_unfinished_first_login_of_another_tab_is_not_continued(
    world: World, family: Family, icart: RelyingParty, pronote: RelyingParty
) -> None:
    newcomer = world.guardian("Nadia", "Vasseur", state="confirming", mail="nadia@example.org")
    mothers, newcomers = Tab(icart).comes_for("responsable"), Tab(pronote).comes_for(None)
    newcomers.signs_in(newcomer).sees("Nadia Vasseur")
    mothers.signs_in(family.mother).sees("Nadia Vasseur", "Claire Dumail")
    assert mothers.follows("Continuer").code


class TestFormsOfAnAccount:
    """Steps, consent, Mon compte, console, logout: each form bears for whom it was made."""

    def switch(self, world: World, browser: FlaskClient, someone: Someone) -> None:
        with world.app.app_context():
            opened = sign_in(someone.username, someone.password, "192.0.2.7", "Test", world.clock())
        browser.set_cookie("idp_session", opened.token)

    def test_a_step_is_refused_with_a_way_on(self, world: World, family: Family, icart: RelyingParty) -> None:
        newcomer = world.guardian("Nadia", "Vasseur", state="confirming", mail="nadia@example.org")
        tab = Tab(icart).comes_for("responsable").signs_in(newcomer)
        self.switch(world, icart.browser, family.mother)
        ines = world.guardian("Inès", "Vasseur", state="confirming")
        self.switch(world, icart.browser, ines)
        tab.fills(mail="nadia.v@example.org", day="14", month="3", year="2015")
        tab.sees("R05", "Inès Vasseur", "Rien n’a été enregistré")
        assert tab.status == 409
        with world.app.app_context():
            assert world.facts(ines).mail is None
        action = next(a for a, _ in forms_with(tab.html, {"csrf_token"}) if a.endswith("/leave"))
        fields = fields_of(tab.html)
        assert fields["made_for"]
        assert icart.browser.post(action, data=fields).status_code == 303
        assert live(world, ines) == 0

    @pytest.mark.parametrize("page", ["mail", "password", "devices", "children/join"])
    def test_my_account(self, world: World, family: Family, icart: RelyingParty, page: str) -> None:
        self.switch(world, icart.browser, family.mother)
        mothers = Visitor(world.app, icart.browser).opens(f"/account/{page}")
        fields = {**fields_of(mothers.html), "act": "others", "password": WRONG, "again": WRONG}
        self.switch(world, icart.browser, family.father)
        answer = icart.browser.post(f"/account/{page}", data=fields)
        assert answer.status_code == 409 and "Camille Dumail" in answer.text and "R05" in answer.text
        assert links_of(answer.text)["Continuer en tant que Camille Dumail"] == f"/account/{page}"

    def test_the_console(self, world: World, icart: RelyingParty) -> None:
        head, anne = world.staff("Paul", "Martin"), world.staff("Anne", "Petit")
        self.switch(world, icart.browser, head)
        page = icart.browser.get("/console/school/0990001N/delegations")
        fields = fields_of(page.text)
        self.switch(world, icart.browser, anne)
        answer = icart.browser.post("/console/school/0990001N/delegations", data=fields)
        assert answer.status_code == 409 and "Anne Petit" in answer.text

    def test_consent(self, world: World, family: Family) -> None:
        registered = world.relying_party(client_name="Jeux", first_party=False)
        party = RelyingParty(world.app, registered, world.app.test_client())
        self.switch(world, party.browser, family.mother)
        tab = Visitor(world.app, party.browser).opens(party.authorize().headers["Location"])
        tab.sees("Claire Dumail")
        self.switch(world, party.browser, family.father)
        tab.fills(press="act=agree").sees("R05", "Camille Dumail")

    def test_the_logout_confirmation_is_asked_again(
        self, world: World, family: Family, icart: RelyingParty
    ) -> None:
        self.switch(world, icart.browser, family.mother)
        tab = Visitor(world.app, icart.browser).opens("/logout").sees("Claire Dumail")
        self.switch(world, icart.browser, family.father)
        tab.fills(confirm="1").sees("Camille Dumail")
        assert live(world, family.father) == 1

    def test_the_page_that_waits_for_a_mail_does_not_go_on_for_another(
        self, world: World, family: Family, icart: RelyingParty
    ) -> None:
        newcomer = world.guardian("Nadia", "Vasseur", state="confirming", mail="nadia@example.org")
        tab = Tab(icart).comes_for("responsable").signs_in(newcomer)
        mark = fields_of(tab.html)["made_for"]
        self.switch(world, icart.browser, family.mother)
        pending = tab.path.split("/")[2]
        status = icart.browser.get(f"/login/{pending}/confirm_mail/status", headers={"X-Made-For": mark})
        assert status.get_json() == {"done": False}


def test_every_page_after_the_sign_in_names_its_person(world: World, icart: RelyingParty) -> None:
    newcomer = world.guardian("Nadia", "Vasseur", state="notified")
    tab = Tab(icart).comes_for("responsable").signs_in(newcomer)
    assert tab.path.endswith("/new_password")
    tab.sees("Nadia Vasseur", newcomer.username)


def test_services_that_another_login_closes_are_listed_before(
    world: World, family: Family, icart: RelyingParty
) -> None:
    first = Tab(icart).comes_for("eleve").signs_in(family.child)
    assert icart.redeem(first.code).status_code == 200
    guardians = world.relying_party(client_name="Téléservices", accepted_profiles=["responsable"])
    tab = Tab(RelyingParty(world.app, guardians, icart.browser)).comes_for(None)
    tab.sees("Joël Dumail", "ferme d’abord", "i-Cart")
    assert live(world, family.child) == 1
