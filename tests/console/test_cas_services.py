"""Services of CAS at the console: registered by form and by document, changed, suspended."""

from collections.abc import Callable

import pytest
from flask import Flask

from idp.cas import registrations
from idp.cas.rules.registration import CasRegistration
from tests.actors.console_staff import worker_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World

ACADEMY = "/console/academy"
FORM = {
    "owner": "Éditeur Tilleul",
    "name": "Pronote",
    "service_urls": "https://pronote.example/cas\nhttps://pronote.example/eleve",
    "attributes": "courriel = mail\nniveau = level",
    "left_out": "codePostal",
}


@pytest.fixture
def admin(contextless: World, at_console: Callable[[Someone], Visitor]) -> Visitor:
    return at_console(worker_of(contextless, "academy_administrator"))


def registered(app: Flask) -> CasRegistration:
    """The registration of the only service."""
    with app.app_context():
        (service,) = registrations.every().values()
        return service.registration


def test_a_service_is_registered_by_form(app: Flask, admin: Visitor) -> None:
    admin.opens(f"{ACADEMY}/cas/new").fills(press="act=register", **FORM)
    admin.sees("Pronote", "Éditeur Tilleul", "http://localhost/cas")
    registration = registered(app)
    assert registration.service_urls == ("https://pronote.example/cas", "https://pronote.example/eleve")
    assert registration.attribute_set == "pronote" and registration.first_party
    assert registration.released["courriel"] == "mail" and "codePostal" not in registration.released
    admin.opens(f"{ACADEMY}/cas").sees("Pronote", "Actif")


def test_a_service_is_registered_by_a_document(app: Flask, admin: Visitor) -> None:
    document = (
        '{"name": "SACoche", "service_prefixes": ["https://sacoche.example/"], "attribute_set": "sacoche"}'
    )
    admin.opens(f"{ACADEMY}/cas/new").fills(press="act=register", document=document)
    assert registered(app).service_prefixes == ("https://sacoche.example/",)


def test_faults_are_named_and_the_form_keeps_its_text(app: Flask, admin: Visitor) -> None:
    wrong = {
        "service_urls": "http://pronote.example/",
        "attributes": "nom = shoe_size",
        "season_from": "09-01",
    }
    admin.opens(f"{ACADEMY}/cas/new").fills(press="act=register", **{**FORM, **wrong})
    admin.sees("L’enregistrement n’est pas encore juste", "nom = shoe_size", "http://pronote.example/")
    assert admin.status == 422
    with app.app_context():
        assert not registrations.every()


def test_a_service_is_changed_suspended_and_opened_again(app: Flask, admin: Visitor) -> None:
    admin.opens(f"{ACADEMY}/cas/new").fills(press="act=register", **FORM)
    page = admin.path
    admin.opens(f"{page}/edit").fills(press="act=save", name="Pronote bleu").sees("Pronote bleu")
    assert registered(app).released["niveau"] == "level"
    admin.fills(press="act=suspend").sees("Suspendu").fills(press="act=enable").sees("Suspendre")


def test_of_two_changes_at_once_the_second_is_shown_the_first(
    app: Flask, contextless: World, admin: Visitor, at_console: Callable[[Someone], Visitor]
) -> None:
    admin.opens(f"{ACADEMY}/cas/new").fills(press="act=register", **FORM)
    page = admin.path
    second_admin = at_console(worker_of(contextless, "academy_administrator")).opens(f"{page}/edit")
    admin.opens(f"{page}/edit").fills(press="act=save", name="Pronote bleu")
    second_admin.fills(press="act=save", name="Pronote rouge").sees("K03")
    assert registered(app).name == "Pronote bleu"
