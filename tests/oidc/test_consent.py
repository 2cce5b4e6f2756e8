"""Consent: asked, remembered, withdrawn; a pupil under 15 asks a guardian."""

import pytest
from flask import Flask

from idp.oidc.clients import registration
from idp.worker.retention import delete_expired
from tests.actors.relying_party import REDIRECT, RelyingParty, answer, signed_in_browser
from tests.actors.services import PUBLISHER
from tests.actors.visitor import Visitor, messages
from tests.actors.world import Someone, World
from tests.conftest import Clock


@pytest.fixture
def guardian(contextless: World) -> Someone:
    return contextless.guardian(mail="claire@example.org")


@pytest.fixture
def pupil(contextless: World, guardian: Someone) -> Someone:
    child = contextless.pupil("Léa", "Durand", birth_date="2015-03-14")
    contextless.family(guardian, child)
    return child


@pytest.fixture
def publisher(app: Flask, contextless: World) -> RelyingParty:
    """A third-party service, in a browser without a session."""
    return RelyingParty(app, contextless.relying_party(**PUBLISHER), app.test_client())


def with_browser_of(world: World, party: RelyingParty, someone: Someone) -> Visitor:
    with world.app.app_context():
        party.browser = signed_in_browser(world, someone)
    return Visitor(world.app, party.browser)


def at_the_question(visitor: Visitor, party: RelyingParty, **changes: str) -> Visitor:
    return visitor.opens(party.authorize(**changes).headers["Location"])


def test_the_page_lists_in_plain_words_what_is_released(
    contextless: World, publisher: RelyingParty, guardian: Someone
) -> None:
    visitor = with_browser_of(contextless, publisher, guardian)
    at_the_question(visitor, publisher, scope="openid email ect.scope.editeur")
    visitor.sees("Votre accord", "Éditeur", "votre adresse mail")
    visitor.sees('href="https://portail.example/donnees"')
    assert "votre nom et votre identifiant" not in visitor.html
    # A guardian has no class: the service receives none, so none is named.
    assert "votre classe" not in visitor.html


def test_a_pupil_reads_that_the_class_is_released(contextless: World, publisher: RelyingParty) -> None:
    pupil = contextless.pupil(state="active", birth_date="2010-01-01")
    visitor = with_browser_of(contextless, publisher, pupil)
    at_the_question(visitor, publisher, scope="openid email ect.scope.editeur")
    visitor.sees("Votre accord", "votre classe et votre établissement")


def test_consent_is_remembered_for_these_scopes_alone(
    contextless: World, publisher: RelyingParty, guardian: Someone
) -> None:
    visitor = with_browser_of(contextless, publisher, guardian)
    at_the_question(visitor, publisher, scope="openid email").fills("act=agree")
    assert visitor.page is not None and "code" in answer(visitor.page)
    assert "code" in answer(publisher.authorize(scope="openid email", prompt="none"))
    more = answer(publisher.authorize(scope="openid email profile", prompt="none"))
    assert more["error"] == "consent_required"
    at_the_question(visitor, publisher, scope="openid email profile").sees("votre nom et votre identifiant")


def test_earlier_consent_is_preserved(contextless: World, publisher: RelyingParty, guardian: Someone) -> None:
    visitor = with_browser_of(contextless, publisher, guardian)
    for scope in ("openid email", "openid profile"):
        at_the_question(visitor, publisher, scope=scope).fills("act=agree")
    assert "code" in answer(publisher.authorize(scope="openid email profile", prompt="none"))
    at_the_question(visitor, publisher, scope="openid", prompt="consent").fills("act=agree")
    assert "code" in answer(publisher.authorize(scope="openid email profile", prompt="none"))


def test_a_single_claim_needs_the_agreement_of_its_scope(
    contextless: World, publisher: RelyingParty, guardian: Someone
) -> None:
    visitor = with_browser_of(contextless, publisher, guardian)
    claims = '{"userinfo": {"email": {"essential": true}}}'
    at_the_question(visitor, publisher, scope="openid", claims=claims).sees("votre adresse mail")


def test_a_refusal_is_access_denied_and_answers_the_request(
    contextless: World, publisher: RelyingParty, guardian: Someone
) -> None:
    visitor = with_browser_of(contextless, publisher, guardian)
    at_the_question(visitor, publisher)
    asked_at = visitor.path
    visitor.fills("act=refuse")
    assert visitor.page is not None
    response = answer(visitor.page)
    assert (response["error"], response["state"], response["iss"]) == (
        "access_denied",
        "the-state",
        "http://localhost",
    )
    assert visitor.opens(asked_at).sees("R04").status == 409


def test_prompt_consent_asks_again_but_never_for_the_schools_own_service(
    app: Flask, contextless: World, publisher: RelyingParty, guardian: Someone
) -> None:
    visitor = with_browser_of(contextless, publisher, guardian)
    at_the_question(visitor, publisher).fills("act=agree")
    assert "code" in answer(publisher.authorize())
    at_the_question(visitor, publisher, prompt="consent").sees("Votre accord").fills("act=agree")
    assert visitor.page is not None and "code" in answer(visitor.page)
    own = RelyingParty(app, contextless.relying_party(), publisher.browser)
    assert "code" in answer(own.authorize(prompt="consent"))


@pytest.mark.both_engines
def test_an_agreement_is_seen_and_taken_back_in_the_account(
    contextless: World, publisher: RelyingParty, guardian: Someone
) -> None:
    visitor = with_browser_of(contextless, publisher, guardian)
    at_the_question(visitor, publisher, scope="openid offline_access").fills("act=agree")
    assert visitor.page is not None
    tokens = publisher.redeem(answer(visitor.page)["code"]).get_json()
    visitor.opens("/account/services").sees("Éditeur").fills(client=publisher.client_id)
    visitor.sees("L’accès est retiré")
    assert publisher.refresh(tokens["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert publisher.userinfo(tokens["access_token"]).status_code == 401
    response = answer(publisher.authorize(scope="openid", prompt="none"))
    assert response["error"] == "consent_required"


def test_an_agreement_is_seen_and_taken_back_long_after_its_grants_are_gone(
    contextless: World, clock: Clock, publisher: RelyingParty, guardian: Someone
) -> None:
    visitor = with_browser_of(contextless, publisher, guardian)
    at_the_question(visitor, publisher, scope="openid email").fills("act=agree")
    clock.advance(30 * 86400)
    with contextless.app.app_context():
        assert delete_expired(clock())["grants"] > 0
    visitor = with_browser_of(contextless, publisher, guardian)
    visitor.opens("/account/services").sees("Éditeur", "votre adresse mail").fills(client=publisher.client_id)
    assert answer(publisher.authorize(scope="openid", prompt="none"))["error"] == "consent_required"


def test_a_service_that_adds_to_its_own_scope_asks_again(
    app: Flask, contextless: World, publisher: RelyingParty, guardian: Someone
) -> None:
    visitor = with_browser_of(contextless, publisher, guardian)
    at_the_question(visitor, publisher, scope="openid ect.scope.editeur").fills("act=agree")
    code = answer(publisher.authorize(scope="openid ect.scope.editeur", prompt="none"))["code"]
    access_token = publisher.redeem(code).get_json()["access_token"]
    more = {**PUBLISHER, "redirect_uris": [REDIRECT], "service_claims": ["class", "school", "phone_number"]}
    with app.app_context():
        registration.replace(publisher.client_id, more, "test", contextless.clock())
    response = answer(publisher.authorize(scope="openid ect.scope.editeur", prompt="none"))
    assert response["error"] == "consent_required"
    at_the_question(visitor, publisher, scope="openid ect.scope.editeur").sees("votre numéro de mobile")
    assert publisher.userinfo(access_token).status_code == 401, "what was granted before knew nothing of it"


def test_consent_for_another_person_is_refused(
    contextless: World, publisher: RelyingParty, guardian: Someone
) -> None:
    with_browser_of(contextless, publisher, guardian)
    waiting = publisher.begins()
    nadia = contextless.guardian("Nadia", "Petit")
    with contextless.app.app_context():
        stranger = Visitor(contextless.app, signed_in_browser(contextless, nadia))
    assert stranger.opens(f"{waiting}/consent").sees("R02").status == 403


class TestAPupilUnder15:
    def test_asks_a_guardian_who_agrees_in_their_own_account(
        self, contextless: World, publisher: RelyingParty, guardian: Someone, pupil: Someone
    ) -> None:
        child = with_browser_of(contextless, publisher, pupil)
        at_the_question(child, publisher, scope="openid profile").sees("L’accord d’un responsable")
        assert "Je suis d’accord" not in child.html
        child.fills("act=ask").sees("La demande est faite")
        mail = messages(contextless.app, "mail")[-1]
        assert mail["facts"]["subject"] == "Votre enfant demande votre accord"
        assert mail["facts"]["facts"]["child"] == "Léa" and mail["facts"]["facts"]["service"] == "Éditeur"
        with contextless.app.app_context():
            parent = Visitor(contextless.app, signed_in_browser(contextless, guardian))
        parent.opens("/account/consents").sees("Éditeur", "Léa", "votre nom et votre identifiant")
        parent.fills("act=agree").sees("Votre réponse est enregistrée")
        child.follows("Continuer")
        assert child.page is not None and "code" in answer(child.page)
        assert "code" in answer(publisher.authorize(scope="openid profile", prompt="none"))

    def test_cannot_agree_alone_by_a_forged_form(
        self, contextless: World, publisher: RelyingParty, pupil: Someone
    ) -> None:
        child = with_browser_of(contextless, publisher, pupil)
        at_the_question(child, publisher)
        child.page = child.browser.post(child.path, data={"act": "agree", "csrf_token": _token(child)})
        child.sees("L’accord d’un responsable")
        assert answer(publisher.authorize(prompt="none"))["error"] == "consent_required"

    @pytest.mark.both_engines
    def test_learns_that_a_guardian_has_refused_and_may_ask_again(
        self, contextless: World, publisher: RelyingParty, guardian: Someone, pupil: Someone
    ) -> None:
        child = with_browser_of(contextless, publisher, pupil)
        at_the_question(child, publisher).fills("act=ask")
        with contextless.app.app_context():
            parent = Visitor(contextless.app, signed_in_browser(contextless, guardian))
        parent.opens("/account/consents").fills("act=refuse")
        child.opens(child.path).sees("Un responsable a refusé").fills("act=ask").sees("La demande est faite")
        assert len([mail for mail in messages(contextless.app, "mail")]) == 2

    def test_two_guardians_are_asked_and_the_first_answer_counts(
        self, contextless: World, publisher: RelyingParty, guardian: Someone, pupil: Someone
    ) -> None:
        marc = contextless.guardian("Marc", "Durand", mail="marc@example.org")
        contextless.family(marc, pupil, relation="20")
        child = with_browser_of(contextless, publisher, pupil)
        at_the_question(child, publisher).fills("act=ask").opens(child.path)
        assert {mail["to"] for mail in messages(contextless.app, "mail")} == {
            "claire@example.org",
            "marc@example.org",
        }
        with contextless.app.app_context():
            first = Visitor(contextless.app, signed_in_browser(contextless, guardian))
            second = Visitor(contextless.app, signed_in_browser(contextless, marc))
        first.opens("/account/consents")
        second.opens("/account/consents")
        first.fills("act=agree").sees("Votre réponse est enregistrée")
        second.fills("act=refuse").sees("Q02")

    def test_without_a_guardian_account_the_page_names_the_contact(
        self, contextless: World, publisher: RelyingParty
    ) -> None:
        alone = contextless.pupil("Max", "Seul", birth_date="2014-01-01")
        child = with_browser_of(contextless, publisher, alone)
        at_the_question(child, publisher).fills("act=ask").sees("Q03", "le secrétariat du collège")

    def test_a_guardian_withdraws_consent(
        self, contextless: World, publisher: RelyingParty, guardian: Someone, pupil: Someone
    ) -> None:
        child = with_browser_of(contextless, publisher, pupil)
        at_the_question(child, publisher, scope="openid offline_access").fills("act=ask")
        with contextless.app.app_context():
            parent = Visitor(contextless.app, signed_in_browser(contextless, guardian))
        parent.opens("/account/consents").fills("act=agree")
        child.follows("Continuer")
        assert child.page is not None
        tokens = publisher.redeem(answer(child.page)["code"]).get_json()
        parent.opens("/account/consents").fills("act=withdraw")
        assert publisher.refresh(tokens["refresh_token"]).get_json()["error"] == "invalid_grant"
        assert answer(publisher.authorize(scope="openid", prompt="none"))["error"] == "consent_required"

    def test_another_family_cannot_answer(
        self, contextless: World, publisher: RelyingParty, pupil: Someone
    ) -> None:
        child = with_browser_of(contextless, publisher, pupil)
        at_the_question(child, publisher).fills("act=ask")
        with contextless.app.app_context():
            stranger = Visitor(
                contextless.app, signed_in_browser(contextless, contextless.guardian("Nadia", "Petit"))
            )
        stranger.opens("/account/consents").sees("Rien n’est demandé")
        forged = {"child": str(pupil.account), "client": publisher.client_id, "csrf_token": _token(stranger)}
        for act in ("agree", "withdraw"):
            stranger.page = stranger.browser.post("/account/consents", data={**forged, "act": act})
            assert stranger.sees("Q02").status == 404

    def test_agrees_alone_from_the_fifteenth_birthday_on(
        self, contextless: World, clock: Clock, publisher: RelyingParty
    ) -> None:
        # The clock stands at 18 November 2026.
        day_before = contextless.pupil("Zoé", "Bel", birth_date="2011-11-19")
        child = with_browser_of(contextless, publisher, day_before)
        at_the_question(child, publisher).sees("L’accord d’un responsable")
        clock.advance(86400)
        child = with_browser_of(contextless, publisher, day_before)
        at_the_question(child, publisher).sees("Je suis d’accord").fills("act=agree")
        assert child.page is not None and "code" in answer(child.page)


def _token(visitor: Visitor) -> str:
    from tests.pages import forms_with

    return str(forms_with(visitor.html, {"csrf_token"})[0][1]["csrf_token"])
