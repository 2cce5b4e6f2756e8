"""The typed username of a refused sign-in is passed on to the next page: never in a URL, never in a log."""

import logging

import pytest
from flask import Flask, render_template_string

from idp.refusals import Refusal
from idp.refusals.activation import WRONG_MAIL_CODE
from tests.actors.visitor import SMS, Visitor, messages
from tests.actors.world import PROVISIONAL, World
from tests.conftest import Clock
from tests.pages import fields_of

TYPED = "c.durand-of-the-6a"


@pytest.fixture
def world(contextless: World) -> World:
    return contextless


def refused(visitor: Visitor, username: str = TYPED, password: str = "not the password") -> Visitor:
    visitor.opens("/account").fills(profile="responsable")
    return visitor.fills(username=username, password=password)


def test_lost_password_is_filled_in(
    app: Flask, world: World, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    addresses: list[str] = []
    caplog.set_level(logging.DEBUG)

    @app.after_request
    def note(response):
        from flask import request

        addresses.extend([request.url, response.headers.get("Location", "")])
        return response

    refused(visitor).sees("S01")
    box = visitor.html.partition('id="refusal"')[2].partition("</div>")[0]
    assert "Mot de passe perdu" in box and "<button" in box
    assert 'aria-errormessage="refusal" autofocus' in visitor.html, "the field with the refusal has the focus"
    visitor.fills("act=fill", username=TYPED).sees("<h1>Mot de passe perdu</h1>")
    assert visitor.status == 200
    assert fields_of(visitor.html, "username")["username"] == TYPED
    assert 'role="alert"' not in visitor.html, "nothing was asked for yet"
    assert addresses and not [address for address in addresses if TYPED in address]
    assert TYPED not in caplog.text
    assert messages(app, "mail") == []


def test_the_login_goes_on_after_it(app: Flask, world: World, visitor: Visitor) -> None:
    guardian = world.guardian()
    refused(visitor, guardian.username).fills("act=fill", username=guardian.username)
    visitor.fills().sees("Écrivez le code")
    visitor.fills(code=messages(app, "mail")[-1]["facts"]["code"])
    visitor.fills(password="Poires-Vertes-1848", again="Poires-Vertes-1848").sees("Mes informations")


@pytest.mark.parametrize("state", ["locked"])
def test_lost_password_is_filled_in_for_a_locked_account(world: World, visitor: Visitor, state: str) -> None:
    guardian = world.guardian(state=state)
    refused(visitor, guardian.username, guardian.password).sees("S08").fills(
        "act=fill", username=guardian.username
    )
    assert fields_of(visitor.html, "username")["username"] == guardian.username


def test_lost_password_is_filled_in_after_too_many_attempts(world: World, visitor: Visitor) -> None:
    refused(visitor)
    for _ in range(5):
        visitor.fills(username=TYPED, password="not the password")
    visitor.sees("S02").fills("act=fill", username=TYPED)
    assert fields_of(visitor.html, "username")["username"] == TYPED


def test_without_a_typed_username_the_link_is_plain(visitor: Visitor) -> None:
    refused(visitor, "").sees("S01").follows("Mot de passe perdu").sees("<h1>Mot de passe perdu</h1>")


@pytest.mark.settings(sms=SMS)
def test_an_old_letter_leads_to_the_way_by_sms(
    app: Flask, world: World, visitor: Visitor, clock: Clock
) -> None:
    guardian = world.guardian(state="notified", mobile="+33612345678")
    world.family(guardian, world.pupil())
    world.set_account(guardian, letter_expires_at=clock() - 1)
    refused(visitor, guardian.username, PROVISIONAL).sees("S03")
    visitor.follows("Responsable d’élève : ouvrir mon compte par SMS").sees("<h1>Je n’ai pas de compte</h1>")
    visitor.fills(contact="0612345678").fills(code=messages(app, "sms")[-1]["facts"]["code"]).sees(
        "Vos enfants"
    )


def test_a_used_recovery_link_leads_to_another(visitor: Visitor) -> None:
    visitor.opens("/recovery/link/zzz").sees("V07").follows("Mot de passe perdu").sees(
        "<h1>Mot de passe perdu</h1>"
    )


def test_a_used_mail_link_leads_to_the_login(visitor: Visitor) -> None:
    visitor.opens("/mail/zzz").sees("A05").follows("Se connecter et demander un nouveau mail")
    visitor.sees("<h1>Connexion</h1>")


def test_a_refusal_whose_field_is_gone_is_shown_all_the_same(app: Flask) -> None:
    """The act may have changed the page: the refusal is then no field's, and stands on the page."""
    text = (
        '{% extends "layout.html" %}{% from "macros.html" import refusal_alert %}'
        '{% block content %}{{ refusal_alert(refusal, "code") }}{% endblock %}'
    )
    with app.test_request_context():
        page = render_template_string(text, refusal=Refusal(WRONG_MAIL_CODE))
    assert page.count('role="alert"') == 1 and "A06" in page
