"""A form may end where its login ends: a browser follows redirects only to origins that the page allows (form-action)."""

import pytest
from flask import Flask

from tests.actors.relying_party import RelyingParty
from tests.actors.visitor import Visitor, messages
from tests.actors.world import World
from tests.pages import forms_with, goes_on_to

PORTAL = "https://portail.example"


@pytest.fixture
def world(contextless: World) -> World:
    return contextless


def allowed(visitor: Visitor) -> str:
    assert visitor.page is not None
    return visitor.page.headers["Content-Security-Policy"].partition("form-action ")[2].partition(";")[0]


@pytest.mark.settings(service={"portal_url": f"{PORTAL}/entry?a=b"})
def test_the_pages_of_a_letter_end_at_the_portal(app: Flask) -> None:
    assert allowed(Visitor(app).opens("/start/responsable")) == f"'self' {PORTAL}"
    assert allowed(Visitor(app).opens("/account")) == "'self'"


def test_the_question_which_account_ends_at_the_service(app: Flask, world: World) -> None:
    party = RelyingParty(app, world.relying_party(redirect_uris=[f"{PORTAL}/back"]), app.test_client())
    tab, other_tab = Visitor(app, party.browser), Visitor(app, party.browser)
    tab.opens(party.authorize(redirect_uri=f"{PORTAL}/back").headers["Location"])
    guardian = world.guardian()
    other_tab.opens("/account").fills(username=guardian.username, password=guardian.password)
    tab.fills("profile=responsable").sees("Quel compte")
    assert allowed(tab) == f"'self' {PORTAL}"


def test_a_recovery_leaves_its_form_before_it_goes_on_to_the_login(app: Flask, world: World) -> None:
    guardian = world.guardian()
    visitor = Visitor(app).opens("/account").follows("Mot de passe perdu").fills(username=guardian.username)
    visitor.fills(code=messages(app, "mail")[-1]["facts"]["code"])
    form = {"password": "Poires-Vertes-1848", "again": "Poires-Vertes-1848"}
    action, fields = forms_with(visitor.html, {"again"})[0]
    answer = visitor.browser.post(action or visitor.path, data={**fields, **form})
    assert answer.status_code == 200
    onward = goes_on_to(answer.text)
    assert onward is not None and onward.startswith("/login/")
    visitor.opens(onward).sees("Mes informations")
