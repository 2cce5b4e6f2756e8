"""The offer of a passkey on a phone: one page, one answer, kept with the account."""

import pytest
from flask import Flask

from tests.actors.relying_party import RelyingParty, answer
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World

PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
DESK = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
OFFER = "La prochaine fois, sans mot de passe ?"


@pytest.fixture
def world(contextless: World) -> World:
    return contextless


def at(app: Flask, browser_name: str) -> Visitor:
    browser = app.test_client()
    browser.environ_base["HTTP_USER_AGENT"] = browser_name
    return Visitor(app, browser)


def signs_in(visitor: Visitor, someone: Someone) -> Visitor:
    return visitor.opens("/account").fills(username=someone.username, password=someone.password)


def test_later_is_an_answer_for_every_device_of_the_account(app: Flask, world: World) -> None:
    claire, marc = world.guardian("Claire"), world.guardian("Marc")
    phone = signs_in(at(app, PHONE), claire).sees(OFFER)
    phone.opens("/account").sees(OFFER)
    phone.fills().sees("Mes informations")
    assert world.facts(claire).passkey_offer_answered_at == world.clock()
    for browser_name in (PHONE, DESK):
        assert OFFER not in signs_in(at(app, browser_name), claire).sees("Mes informations").html
    signs_in(at(app, PHONE), marc).sees(OFFER)
    assert world.facts(marc).passkey_offer_answered_at is None


def test_a_desk_is_not_offered_one(app: Flask, world: World) -> None:
    assert OFFER not in signs_in(at(app, DESK), world.guardian()).sees("Mes informations").html


def test_a_silent_request_is_answered_meanwhile(app: Flask, world: World) -> None:
    party = RelyingParty(app, world.relying_party(), app.test_client())
    party.browser.environ_base["HTTP_USER_AGENT"] = PHONE
    signs_in(Visitor(app, party.browser), world.guardian()).sees(OFFER)
    assert "code" in answer(party.authorize(prompt="none"))


def test_the_offer_belongs_to_its_person(app: Flask, world: World) -> None:
    """The form of the offer does nothing for another person who has signed in since."""
    claire, marc = world.guardian("Claire"), world.guardian("Marc")
    browser = app.test_client()
    browser.environ_base["HTTP_USER_AGENT"] = PHONE
    first, second = Visitor(app, browser), Visitor(app, browser)
    signs_in(first, claire).sees(OFFER)
    second.opens("/start/responsable").fills(username=marc.username, password=marc.password)
    first.fills()
    assert first.status == 403 or "R05" in first.html
    assert world.facts(marc).passkey_offer_answered_at is None
    assert world.facts(claire).passkey_offer_answered_at is None
