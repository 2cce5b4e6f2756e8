"""The home of "Mon compte": each card says the state of its part. And the pages behind: devices, second step, services."""

import re

import pytest
from flask import Flask

from idp.database.engine import transaction
from idp.services.storage import consents
from idp.signin import sessions
from idp.signin.authentication import sign_in
from tests.actors.account_holder import signed_in
from tests.actors.enrolment import enrol
from tests.actors.relying_party import RelyingParty
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import NOON
from tests.pages import links_of


@pytest.fixture
def guardian(world: World) -> Someone:
    guardian = world.guardian("Claire", "Durand", username="c.durand", password_changed_at=NOON)
    world.family(guardian, world.pupil("Léa", "Durand", birth_date="2014-05-06"))
    return guardian


@pytest.fixture
def claire(app: Flask, guardian: Someone) -> Visitor:
    return signed_in(app, guardian)


def signed_in_by_two_steps(app: Flask, world: World, someone: Someone) -> Visitor:
    visitor, lifetimes = Visitor(app), app.extensions["settings"].sessions
    with app.app_context(), transaction() as tx:
        ways = ("pwd", "otp", "mfa")
        facts = world.facts(someone)
        token = sessions.open_in(tx, facts, ways, "192.0.2.7", "Chromium", NOON, lifetimes)
    visitor.browser.set_cookie("idp_session", token)
    return visitor.opens("/account").sees("Mes informations")


def states(visitor: Visitor) -> dict[str, str]:
    """Title of a card → its state, as it is read."""
    cards = {}
    for part in visitor.opens("/account").html.split('<div class="card-link">')[1:]:
        title = part.partition("</a>")[0].rpartition(">")[2]
        state = re.sub("</?bdi[^>]*>", "", part.partition("<p>")[2].partition("</p>")[0])
        cards[title] = " ".join(state.split())
    return cards


def test_the_cards_say_what_is_so(claire: Visitor) -> None:
    cards = states(claire)
    assert cards["Mot de passe"].startswith("choisi le ")
    assert cards["Sécurité"] == "renforcez-la en 1 minute"
    assert cards["Appareils"] == "seul cet appareil est connecté"
    assert cards["Adresse mail"] == "claire@example.org, confirmée"
    assert cards["Mobile"] == "aucun numéro"
    assert cards["Léa Durand"] == "6 A, Collège des Tilleuls"
    assert cards["Accords parentaux"] == "rien n’est demandé"
    assert cards["Services"] == "aucun service ne vous connaît encore"
    assert cards["Historique"].startswith("Connexion, aujourd’hui à ")


def test_a_child_has_initials_in_place_of_a_photograph(claire: Visitor) -> None:
    head = claire.html.partition(">Léa Durand</a>")[0].rpartition('<div class="card-link">')[2]
    assert '<span class="disc" aria-hidden="true">LD</span>' in head and "<img" not in head


def test_the_cards_change_with_the_account(app: Flask, world: World, guardian: Someone) -> None:
    with app.app_context():
        enrol(world, guardian)
        child = world.pupil("Tom", "Durand", birth_date="2016-01-02")
        world.family(guardian, child)
        portal = world.relying_party(client_name="Portail des familles", first_party=False)
        with transaction() as tx:
            consents.ask(tx, child.account, portal.client_id, "openid", NOON)
    world.set_account(guardian, mail_verified_at=None, mobile="+33611223344", mobile_verified_at=NOON)
    claire, _ = (signed_in_by_two_steps(app, world, guardian) for _ in range(2))
    cards = states(claire)
    assert cards["Sécurité"] == "une deuxième étape protège votre compte"
    assert cards["Appareils"] == "2 appareils connectés"
    assert cards["Adresse mail"] == "claire@example.org, à confirmer"
    assert cards["Mobile"] == "06 11 22 33 44, confirmé"
    assert cards["Accords parentaux"] == "une question attend votre réponse"


def test_a_service_says_when_it_was_visited_and_how_much_it_knows(world: World, claire: Visitor) -> None:
    portal = RelyingParty(claire.app, world.relying_party(client_name="Portail"), claire.browser)
    portal.tokens(scope="openid email ect.scope.portail")
    card = states(claire)["Portail"]
    assert card.startswith("visité aujourd’hui à ") and card.endswith("informations sur vous")
    claire.opens("/account/services").sees(
        "Dernière visite aujourd’hui", "votre adresse mail", "Retirer l’accès"
    )
    assert "votre fonction dans l’établissement" not in claire.html, "a guardian has none"


@pytest.mark.parametrize(
    ("kind", "there", "not_there"),
    [
        (
            "guardian",
            ("Mes enfants", "Accords parentaux"),
            ("Mes responsables", "Console de l’établissement"),
        ),
        ("pupil", ("Mes responsables",), ("Mes enfants", "Accords parentaux", "Console de l’établissement")),
        ("staff", ("Console de l’établissement",), ("Mes enfants", "Mes responsables", "Accords parentaux")),
    ],
)
@pytest.mark.settings(signin={"staff_second_factor": False})
def test_the_menu_fits_the_person(
    app: Flask, world: World, kind: str, there: tuple[str, ...], not_there: tuple[str, ...]
) -> None:
    make = {"guardian": world.guardian, "pupil": world.pupil, "staff": world.staff}[kind]
    visitor = signed_in(app, make("Dominique", "Roux"))
    menu = visitor.html.partition('<nav class="side-menu"')[2]
    links = {name.strip() for name in links_of(menu)}
    assert {"Mes informations", "Mes données", "Historique", "Se déconnecter", *there} <= links
    assert not links & set(not_there)


def test_this_device_is_marked_and_others_have_their_own_icon(app: Flask, guardian: Someone) -> None:
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/1 Safari/604.1"
    with app.app_context():
        sign_in(guardian.username, guardian.password, "192.0.2.9", phone, NOON)
    claire = signed_in(app, guardian).opens("/account/devices")
    claire.sees("Safari sous iPhone", "192.0.2.9", "cet appareil", "Déconnecter tous les autres appareils")
    assert claire.html.count("cet appareil") == 1


def test_the_second_step_has_one_next_action(app: Flask, world: World, guardian: Someone) -> None:
    claire = signed_in(app, guardian).opens("/account/security")
    claire.sees("Votre mot de passe est seul à protéger votre compte", "absente")
    assert "Codes de secours" not in claire.html
    with app.app_context():
        enrol(world, guardian)
    claire = signed_in_by_two_steps(app, world, guardian).opens("/account/security")
    claire.sees("Votre compte est protégé", "en place", "Codes de secours", "il en reste 10")
