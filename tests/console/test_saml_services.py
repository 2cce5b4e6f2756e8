"""Service providers of SAML at the console: registered by form and by document, changed, suspended."""

import json
from collections.abc import Callable

import pytest
from flask import Flask

from idp.saml import registrations
from idp.saml.rules.registration import SamlRegistration
from tests.actors.console_staff import worker_of
from tests.actors.saml_service import ENTITY, metadata
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World

ACADEMY = "/console/academy"
FORM = {
    "owner": "Éditeur Tilleul",
    "name": "ENT des collèges",
    "metadata": metadata(),
    "attributes": "courriel = mail\nniveau = level",
    "left_out": "ENTEleveMEF",
}


@pytest.fixture
def admin(contextless: World, at_console: Callable[[Someone], Visitor]) -> Visitor:
    return at_console(worker_of(contextless, "academy_administrator"))


def registered(app: Flask) -> SamlRegistration:
    """The registration of the only service."""
    with app.app_context():
        (service,) = registrations.every().values()
        return service.registration


def test_a_service_is_registered_by_form(app: Flask, admin: Visitor) -> None:
    admin.opens(f"{ACADEMY}/saml/new").fills(press="act=register", **FORM)
    admin.sees("ENT des collèges", "Éditeur Tilleul", ENTITY, "http://localhost/saml/metadata")
    registration = registered(app)
    assert (registration.entity_id, registration.name_id) == (ENTITY, "persistent")
    assert registration.attribute_set == "sdet" and registration.first_party
    assert registration.released["courriel"] == "mail" and "ENTEleveMEF" not in registration.released
    admin.opens(f"{ACADEMY}/saml").sees("ENT des collèges", "Actif")


def test_a_service_is_registered_by_a_document(app: Flask, admin: Visitor) -> None:
    document = json.dumps({"name": "SACoche", "metadata": metadata(), "attribute_set": "sacoche"})
    admin.opens(f"{ACADEMY}/saml/new").fills(press="act=register", document=document)
    assert registered(app).attribute_set == "sacoche"


def test_an_entity_is_registered_once(app: Flask, admin: Visitor) -> None:
    for _ in range(2):
        admin.opens(f"{ACADEMY}/saml/new").fills(press="act=register", **FORM)
    admin.sees("un autre service porte déjà ce nom")
    assert admin.status == 422 and registered(app)


def test_faults_are_named_and_the_form_keeps_its_text(app: Flask, admin: Visitor) -> None:
    wrong = {
        "metadata": "<a/>",
        "attributes": "nom = shoe_size",
        "metadata_url": "https://ent.example/metadata",
    }
    admin.opens(f"{ACADEMY}/saml/new").fills(press="act=register", **{**FORM, **wrong})
    admin.sees("L’enregistrement n’est pas encore juste", "nom = shoe_size", "https://ent.example/metadata")
    assert admin.status == 422
    with app.app_context():
        assert not registrations.every()


def test_a_service_is_changed_suspended_and_opened_again(app: Flask, admin: Visitor) -> None:
    admin.opens(f"{ACADEMY}/saml/new").fills(press="act=register", **FORM)
    page = admin.path
    admin.opens(f"{page}/edit").fills(press="act=save", name="ENT bleu").sees("ENT bleu")
    assert registered(app).released["niveau"] == "level"
    admin.fills(press="act=suspend").sees("Suspendu").fills(press="act=enable").sees("Suspendre")


def test_of_two_changes_at_once_the_second_is_shown_the_first(
    app: Flask, contextless: World, admin: Visitor, at_console: Callable[[Someone], Visitor]
) -> None:
    admin.opens(f"{ACADEMY}/saml/new").fills(press="act=register", **FORM)
    page = admin.path
    colleague = at_console(worker_of(contextless, "academy_administrator")).opens(f"{page}/edit")
    admin.opens(f"{page}/edit").fills(press="act=save", name="ENT bleu")
    colleague.fills(press="act=save", name="ENT rouge").sees("K03")
    assert registered(app).name == "ENT bleu"
