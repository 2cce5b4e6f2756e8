"""The mail address of a first login: a mistyped domain is offered right, and what was typed is never lost."""

import pytest
from flask import Flask

from tests.actors.visitor import Visitor, messages
from tests.actors.world import Someone, World
from tests.pages import fields_of

BIRTH = {"day": "14", "month": "3", "year": "2015"}


@pytest.fixture
def world(contextless: World) -> World:
    return contextless


@pytest.fixture
def claire(world: World) -> Someone:
    guardian = world.guardian(state="confirming")
    world.family(guardian, world.pupil())
    return guardian


def at_identity(app: Flask, claire: Someone) -> Visitor:
    visitor = Visitor(app).opens("/account").fills(username=claire.username, password=claire.password)
    return visitor.sees("Bonjour Claire")


def sent_to(app: Flask) -> list[str]:
    return [message["to"] for message in messages(app, "mail")]


def test_nothing_is_changed_or_sent_before_the_person_has_answered(
    app: Flask, world: World, claire: Someone
) -> None:
    visitor = at_identity(app, claire).fills(mail="claire@gmial.com", **BIRTH)
    visitor.sees("Vouliez-vous écrire claire@gmail.com ?")
    assert visitor.status == 200 and sent_to(app) == [] and world.facts(claire).mail is None
    fields = fields_of(visitor.html, "mail")
    assert fields["mail"] == "claire@gmial.com" and fields["day"] == "14", "nothing is typed twice"


def test_the_offer_is_taken(app: Flask, claire: Someone) -> None:
    visitor = at_identity(app, claire).fills(mail="claire@gmial.com", **BIRTH)
    visitor.fills("mail_choice=claire@gmail.com").sees(
        "Regardez votre boîte mail", "https://mail.google.com/"
    )
    assert sent_to(app) == ["claire@gmail.com"]


def test_the_typed_address_is_kept(app: Flask, claire: Someone) -> None:
    visitor = at_identity(app, claire).fills(mail="claire@gmial.com", **BIRTH)
    visitor.fills("mail_choice=claire@gmial.com").sees("Regardez votre boîte mail")
    assert sent_to(app) == ["claire@gmial.com"]


def test_a_correction_is_doubted_too(app: Flask, claire: Someone) -> None:
    visitor = at_identity(app, claire).fills(mail="claire@example.org", **BIRTH)
    visitor.fills("act=correct", mail="claire@orage.fr").sees("Vouliez-vous écrire claire@orange.fr ?")
    assert sent_to(app) == ["claire@example.org"]
    visitor.fills("mail_choice=claire@orange.fr").sees("claire@orange.fr", "https://messagerie.orange.fr/")
    assert sent_to(app) == ["claire@example.org", "claire@orange.fr"]


def test_the_address_is_there_after_back(app: Flask, claire: Someone) -> None:
    """A browser asks for the page again: pages with forms are not kept."""
    visitor = (
        at_identity(app, claire).fills(mail="claire@example.org", day="1", month="1", year="2001").sees("A02")
    )
    visitor.opens(visitor.path)
    assert fields_of(visitor.html, "mail")["mail"] == "claire@example.org"


def test_a_forged_choice_is_judged_as_any_address(app: Flask, world: World, claire: Someone) -> None:
    visitor = at_identity(app, claire).fills(mail="claire@gmial.com", **BIRTH)
    visitor.fills("mail_choice=not an address").sees("A04")
    assert sent_to(app) == [] and world.facts(claire).mail is None
