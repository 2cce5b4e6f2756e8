"""Guardians sign in through another provider: linked once, then by its button alone; and the logout there."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from idp.database.engine import db, reading
from tests.actors.letter_lost import dates
from tests.actors.person import Person
from tests.actors.visitor import messages
from tests.actors.world import Someone
from tests.federation.conftest import abort_address, sign_in_there
from tests.peers.conftest import Served

pytestmark = pytest.mark.node
NUMBER = "+33612345678"


def mother(providers: Served, **more: object) -> Someone:
    with providers.app.app_context():
        guardian = providers.world.guardian(mobile=NUMBER, **more)
        providers.world.family(guardian, providers.world.pupil("Léa", birth_date="2014-05-06"))
    return guardian


def to_them(providers: Served, person: Person | None = None) -> Person:
    """From our sign-in page to their login."""
    person = (person or Person()).opens(f"{providers.issuer}/account")
    if "Choisir mon profil" in person.html:
        person.fills("profile=responsable")
    return person.follows("Se connecter avec L’autre maison")


def newest_code(app: Flask) -> str:
    return str(messages(app, "sms")[-1]["facts"]["code"])


def link(providers: Served, person: Person) -> Person:
    person.sees("Relier mon compte").fills(contact="06 12 34 56 78").fills(code=newest_code(providers.app))
    return person.fills(**dates(person.html, "2014-05-06"))


def test_linked_once_then_alone(providers: Served) -> None:
    claire = mother(providers)
    person = sign_in_there(to_them(providers), "claire")
    link(providers, person).sees("Mes informations", claire.username)
    again = sign_in_there(to_them(providers), "claire")
    again.sees("Mes informations", claire.username)
    assert [mail["facts"]["subject"] for mail in messages(providers.app, "mail")] == [
        "Un autre moyen de connexion est relié"
    ]


def test_a_guardian_without_an_account_activates_it_first(providers: Served) -> None:
    mother(providers, state="created")
    link(providers, sign_in_there(to_them(providers), "claire")).sees("Choisissez votre mot de passe")


def test_the_logout_includes_the_other_provider(providers: Served) -> None:
    mother(providers)
    person = link(providers, sign_in_there(to_them(providers), "claire"))
    person.opens(f"{providers.issuer}/logout").fills(confirm="1")
    assert urlsplit(person.address).path == "/session/end"
    person.fills("logout=yes").sees("Vous êtes déconnecté(e)")
    assert person.address.startswith(providers.issuer)
    assert 'name="login"' in to_them(providers, person).html, "their session is over too"


def test_a_cancelled_login_explains_the_next_step(providers: Served) -> None:
    person = to_them(providers)
    person.opens(abort_address(person.html)).sees("F03", "Connexion abandonnée")


def test_a_response_is_accepted_once_and_in_its_browser(providers: Served) -> None:
    mother(providers)
    person = to_them(providers)
    person.fills(login="claire", password="x")
    held = person.http.max_redirects
    person.http.max_redirects = held
    action = person.html
    # Their last form leads back to us: its address is caught before our side has seen it.
    import re

    uid = re.search(r'action="([^"]+)"', action)
    assert uid is not None
    response = person.http.post(uid[1], data={"prompt": "consent"}, allow_redirects=False, timeout=20)
    while not response.headers["Location"].startswith(providers.issuer):
        response = person.http.get(response.headers["Location"], allow_redirects=False, timeout=20)
    answer = response.headers["Location"]
    assert "iss" in dict(parse_qsl(urlsplit(answer).query)), "RFC 9207"
    Person().opens(answer).sees("F04")
    person.opens(answer.replace("state=", "state=x")).sees("F04")
    person.opens(answer).sees("Relier mon compte")
    person.opens(answer).sees("F04")


def test_another_identity_of_the_same_provider_replaces_the_first(providers: Served) -> None:
    mother(providers)
    link(providers, sign_in_there(to_them(providers), "claire"))
    link(providers, sign_in_there(to_them(providers), "claire-again"))
    person = sign_in_there(to_them(providers), "claire")
    person.sees("Relier mon compte")


def test_a_closed_account_is_refused(providers: Served) -> None:
    claire = mother(providers)
    link(providers, sign_in_there(to_them(providers), "claire"))
    with providers.app.app_context():
        providers.world.set_account(claire, state="closed")
    sign_in_there(to_them(providers), "claire").sees("S04")


def test_unlinked_by_its_person(providers: Served) -> None:
    mother(providers)
    person = link(providers, sign_in_there(to_them(providers), "claire"))
    person.opens(f"{providers.issuer}/account/security").sees("L’autre maison")
    person.fills("act=unlink")
    assert "Autres moyens" not in person.html
    sign_in_there(to_them(providers), "claire").sees("Relier mon compte")


def test_staff_and_pupils_are_not_offered_it(providers: Served) -> None:
    person = Person().opens(f"{providers.issuer}/account").fills("profile=eleve")
    assert "L’autre maison" not in person.html


def test_an_unknown_provider_is_a_page(providers: Served) -> None:
    Person().opens(f"{providers.issuer}/federation/nobody/begin").sees("F01")
    Person().opens(f"{providers.issuer}/federation/callback?state=x&code=y").sees("F04")
    Person().opens(f"{providers.issuer}/federation/signed_out?state=x").sees("déconnecté")


def test_an_unfinished_login_leaves_no_row(providers: Served) -> None:
    def rows() -> int:
        with providers.app.app_context():
            tables = db.metadata.sorted_tables
            return sum(
                reading().execute(select(func.count()).select_from(table)).scalar_one() for table in tables
            )

    before = rows()
    for _ in range(20):
        browser = providers.app.test_client()
        assert browser.get("/federation/theirs/begin").status_code == 303
        assert browser.get("/federation/callback?state=invented&code=x").status_code >= 400
    assert rows() == before
