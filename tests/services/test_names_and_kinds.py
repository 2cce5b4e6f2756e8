"""What pages say of a service: its name in the page's language, and only what it receives about the person who reads."""

import pytest
from flask import Flask

from idp.cas.rules.registration import CasRegistration
from tests.actors import cas_service
from tests.actors.cas_service import URL
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.visitor import Visitor, messages
from tests.actors.world import Someone, World

FRENCH, ENGLISH = "Cahier de textes", "Homework diary"


@pytest.fixture
def diary(contextless: World) -> str:
    """A third-party service of CAS with a name in English."""
    with contextless.app.app_context():
        return cas_service.registered(
            contextless, name=FRENCH, name_en=ENGLISH, first_party=False, client_uri="https://diary.example"
        )


def reading(app: Flask, world: World, someone: Someone | None, language: str) -> Visitor:
    """A visitor whose pages are in a language."""
    with app.app_context():
        browser = signed_in_browser(world, someone) if someone else app.test_client()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    return Visitor(app, browser)


@pytest.mark.parametrize(("language", "name", "foreign"), [("en", ENGLISH, FRENCH), ("fr", FRENCH, ENGLISH)])
class TestName:
    def says(self, visitor: Visitor, name: str, foreign: str) -> None:
        visitor.sees(name)
        assert foreign not in visitor.html

    def test_before_the_login(
        self, app: Flask, contextless: World, diary: str, language: str, name: str, foreign: str
    ) -> None:
        visitor = reading(app, contextless, None, language).opens(f"/cas/login?service={URL}")
        self.says(visitor.fills(profile="responsable"), name, foreign)

    def test_at_the_consent_in_mon_compte_and_after_the_logout(
        self, app: Flask, contextless: World, diary: str, language: str, name: str, foreign: str
    ) -> None:
        visitor = reading(app, contextless, contextless.guardian(), language)
        self.says(visitor.opens(f"/cas/login?service={URL}"), name, foreign)
        service = cas_service.CasService(app, diary, visitor.browser)
        visitor.fills(press="act=agree")
        service.validate(service.ticket())
        self.says(visitor.opens("/account/services"), name, foreign)
        self.says(visitor.opens("/logout").fills(confirm="1"), name, foreign)

    def test_for_a_profile_that_is_not_accepted(
        self, app: Flask, contextless: World, language: str, name: str, foreign: str
    ) -> None:
        with app.app_context():
            cas_service.registered(contextless, name=FRENCH, name_en=ENGLISH, accepted_profiles=["eleve"])
        visitor = reading(app, contextless, contextless.guardian(), language)
        self.says(visitor.opens(f"/cas/login?service={URL}"), name, foreign)

    def test_in_a_guardians_questions_and_mail(
        self, app: Flask, contextless: World, diary: str, language: str, name: str, foreign: str
    ) -> None:
        mother = contextless.guardian(mail="claire@example.org", language=language)
        child = contextless.pupil(state="active", birth_date="2015-03-09")
        contextless.family(mother, child)
        pupil = reading(app, contextless, child, "fr").opens(f"/cas/login?service={URL}")
        pupil.fills(press="act=ask")
        self.says(reading(app, contextless, mother, language).opens("/account/consents"), name, foreign)
        notices = [mail["facts"].get("facts", {}) for mail in messages(app, "mail")]
        assert [facts["service"] for facts in notices if "service" in facts] == [name]


def of(someone: str) -> tuple[str, ...]:
    return CasRegistration("Pronote", attribute_set="pronote").kinds_of(someone)


def test_a_birth_date_is_named_to_those_who_have_one(app: Flask, contextless: World) -> None:
    with app.app_context():
        service_id = cas_service.registered(contextless, name="Pronote")
    for someone, named in ((contextless.guardian(), False), (contextless.pupil(state="active"), True)):
        visitor = reading(app, contextless, someone, "fr")
        service = cas_service.CasService(app, service_id, visitor.browser)
        service.validate(service.ticket())
        visitor.opens("/account/services").sees("Pronote", "votre adresse postale")
        assert ("votre date de naissance" in visitor.html) == named
        assert ("votre classe et votre établissement" in visitor.html) == named
    assert "birth_date" not in of("guardian") and "birth_date" in of("pupil")


def test_scopes_of_openid_connect_are_named_to_those_who_have_them(app: Flask, contextless: World) -> None:
    scope = "openid ect.scope.cnx ect.scope.children ect.scope.schooling ect.scope.staff"
    with app.app_context():
        client = contextless.relying_party(scope=scope)
    own = {"guardian": "vos enfants", "pupil": "votre classe", "staff": "votre fonction"}
    for someone in (contextless.guardian(), contextless.pupil(state="active")):
        visitor = reading(app, contextless, someone, "fr")
        RelyingParty(app, client, visitor.browser).tokens(scope=scope)
        visitor.opens("/account/services")
        kind = "pupil" if "votre classe" in visitor.html else "guardian"
        assert [words for words in own.values() if words in visitor.html] == [own[kind]]
