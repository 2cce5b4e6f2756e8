"""The office of a person's own school on their pages; strangers, and members of two schools, read the general words."""

import pytest
from flask import Flask

from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World

GENERAL = {"fr": "le secrétariat de votre établissement", "en": "your school’s office"}
OWN = {"fr": "le secrétariat du collège des Tilleuls", "en": "the office of Collège des Tilleuls"}
UNSET = pytest.mark.settings(service={"school_office": GENERAL})


@pytest.fixture
def world(contextless: World) -> World:
    return contextless


def parent(world: World, *schools: tuple[str, str]) -> Someone:
    guardian = world.guardian(state="confirming")
    children = [world.pupil(school=world.school(uai, name)) for uai, name in schools]
    world.family(guardian, *children)
    return guardian


def at_identity(app: Flask, someone: Someone, language: str) -> Visitor:
    browser = app.test_client()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    return Visitor(app, browser).opens("/account").fills(username=someone.username, password=someone.password)


@UNSET
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_school_of_the_signed_in_person_is_named(app: Flask, world: World, language: str) -> None:
    visitor = at_identity(app, parent(world, ("0990001N", "Collège des Tilleuls")), language)
    assert OWN[language] in visitor.words and GENERAL[language] not in visitor.words
    assert OWN[language] in visitor.opens("/help").words, "the page that reads no session of its own"


@UNSET
def test_a_refusal_names_it_too(app: Flask, world: World) -> None:
    visitor = at_identity(app, parent(world, ("0990001N", "Collège des Tilleuls")), "fr")
    for _ in range(6):
        visitor.fills(mail="claire@example.org", day="1", month="1", year="2001")
    assert "A03" in visitor.words and OWN["fr"] in visitor.words


@UNSET
def test_of_two_schools_none_is_ones_own(app: Flask, world: World) -> None:
    both = ("0990001N", "Collège des Tilleuls"), ("0990002P", "Lycée Zola")
    visitor = at_identity(app, parent(world, *both), "fr")
    assert GENERAL["fr"] in visitor.words and "Tilleuls" not in visitor.words


@UNSET
@pytest.mark.parametrize("path", ["/help", "/recovery/password", "/recovery/username", "/account"])
def test_a_stranger_reads_no_name(app: Flask, world: World, path: str) -> None:
    someone = parent(world, ("0990001N", "Collège des Tilleuls"))
    visitor = Visitor(app).opens(path)
    assert "Tilleuls" not in visitor.words
    if path == "/account":
        visitor.fills(username=someone.username, password="wrong").sees("S01")
        assert "Tilleuls" not in visitor.words


@pytest.mark.settings(service={"school_office": {"fr": "l’accueil", "en": "the reception"}})
def test_the_configured_office_stands_everywhere(app: Flask, world: World) -> None:
    visitor = at_identity(app, parent(world, ("0990001N", "Collège des Tilleuls")), "fr")
    assert "l’accueil" in visitor.words and OWN["fr"] not in visitor.words
