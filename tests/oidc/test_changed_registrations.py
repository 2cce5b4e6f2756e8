"""A registration that changes during a login: only what the consent page has shown is granted."""

from typing import Any

import pytest
from flask import Flask

from idp.oidc.clients import registration, registry
from tests.actors.relying_party import REDIRECT, RelyingParty, answer, is_error_page, signed_in_browser
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import Clock
from tests.pages import fields_of

PUBLISHER = {
    "client_name": "Éditeur",
    "first_party": False,
    "scope": "openid profile email offline_access ect.scope.editeur",
    "service_claims": ["class"],
}


@pytest.fixture
def guardian(contextless: World) -> Someone:
    return contextless.guardian(mail="claire@example.org")


@pytest.fixture
def publisher(app: Flask, contextless: World, guardian: Someone) -> RelyingParty:
    with app.app_context():
        return RelyingParty(
            app, contextless.relying_party(**PUBLISHER), signed_in_browser(contextless, guardian)
        )


def change(party: RelyingParty, clock: Clock, **members: Any) -> None:
    """The registration with other members; None takes one away."""
    with party.app.app_context():
        client = registry.find_fresh(party.client_id)
        assert client is not None
        document = {**registration.shown(client.registration), **members}
        registration.replace(
            party.client_id, {k: v for k, v in document.items() if v is not None}, "test", clock()
        )


def at_the_question(party: RelyingParty, **changes: str) -> Visitor:
    return Visitor(party.app, party.browser).opens(party.authorize(**changes).headers["Location"])


def test_claims_that_were_asked_too_early_do_not_come_with_a_later_scope(
    publisher: RelyingParty, clock: Clock
) -> None:
    claims = '{"userinfo": {"phone_number": null, "children": null}}'
    page = at_the_question(publisher, scope="openid offline_access", claims=claims).fills("act=agree").page
    assert page is not None
    tokens = publisher.redeem(answer(page)["code"]).get_json()
    change(publisher, clock, scope="openid profile phone ect.scope.children offline_access ect.scope.editeur")
    assert set(publisher.userinfo(tokens["access_token"]).get_json()) == {"sub"}
    again = publisher.refresh(tokens["refresh_token"]).get_json()
    assert set(publisher.userinfo(again["access_token"]).get_json()) == {"sub"}


def test_consent_covers_what_the_page_has_shown(publisher: RelyingParty, clock: Clock) -> None:
    visitor = at_the_question(publisher, scope="openid ect.scope.editeur")
    form = {**fields_of(visitor.html), "act": "agree"}
    change(publisher, clock, service_claims=["class", "children", "email"])
    visitor.page = visitor.browser.post(visitor.path, data=form)
    visitor.sees("Votre accord", "vos enfants").fills("act=agree")
    assert visitor.page is not None and "code" in answer(visitor.page)


def test_a_guardian_answers_the_question_that_they_have_read(
    app: Flask, contextless: World, publisher: RelyingParty, guardian: Someone
) -> None:
    child = contextless.pupil("Léa", "Durand", birth_date="2015-03-14")
    contextless.family(guardian, child)
    parent = Visitor(app, publisher.browser)
    with app.app_context():
        publisher.browser = signed_in_browser(contextless, child)
    at_the_question(publisher, scope="openid").fills("act=ask")
    form = {**fields_of(parent.opens("/account/consents").sees("Léa").html), "act": "agree"}
    at_the_question(publisher, scope="openid email").fills("act=ask")
    parent.page = parent.browser.post("/account/consents", data=form)
    assert parent.sees("Q02").status == 404
    assert answer(publisher.authorize(scope="openid", prompt="none"))["error"] == "consent_required"


@pytest.mark.both_engines
def test_a_guardian_can_answer_for_a_pupil_without_a_birth_date(
    app: Flask, contextless: World, publisher: RelyingParty, guardian: Someone
) -> None:
    child = contextless.pupil("Léa", "Durand", birth_date=None)
    contextless.family(guardian, child)
    parent = Visitor(app, publisher.browser)
    with app.app_context():
        publisher.browser = signed_in_browser(contextless, child)
    at_the_question(publisher, scope="openid").fills("act=ask")
    parent.opens("/account/consents").sees("Léa").fills("act=agree").sees("Votre réponse est enregistrée")
    assert "code" in answer(publisher.authorize(scope="openid", prompt="none"))


def test_a_waiting_request_is_judged_again_when_it_is_answered(publisher: RelyingParty, clock: Clock) -> None:
    waiting = publisher.begins(scope="openid email")
    change(publisher, clock, redirect_uris=["https://portail.example/elsewhere"])
    assert is_error_page(publisher.browser.get(waiting), "P02")
    change(publisher, clock, redirect_uris=[REDIRECT], scope="openid offline_access")
    visitor = Visitor(publisher.app, publisher.browser).opens(waiting)
    assert "votre adresse mail" not in visitor.sees("Votre accord").html
    page = visitor.fills("act=agree").page
    assert page is not None
    assert publisher.redeem(answer(page)["code"]).get_json()["scope"] == "openid"


def test_a_pushed_request_is_judged_again_when_it_is_opened(publisher: RelyingParty, clock: Clock) -> None:
    pushed = publisher.app.test_client().post(
        "/par", data=publisher.parameters(), headers=publisher.credentials
    )
    request_uri = pushed.get_json()["request_uri"]
    change(publisher, clock, redirect_uris=["https://portail.example/elsewhere"])
    response = publisher.browser.get(
        "/authorize", query_string={"client_id": publisher.client_id, "request_uri": request_uri}
    )
    assert is_error_page(response, "P02")


def test_a_service_that_is_the_schools_own_no_longer_asks_everybody(
    app: Flask, contextless: World, guardian: Someone, clock: Clock
) -> None:
    with app.app_context():
        own = RelyingParty(app, contextless.relying_party(), signed_in_browser(contextless, guardian))
    tokens = own.tokens(scope="openid offline_access")
    change(own, clock, first_party=False)
    assert own.userinfo(tokens["access_token"]).status_code == 401
    assert own.refresh(tokens["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert answer(own.authorize(prompt="none"))["error"] == "consent_required"
