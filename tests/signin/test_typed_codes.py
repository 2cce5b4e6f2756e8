"""Codes are printed in groups: every place where one is typed takes it with blanks, hyphens and no-break spaces, and without."""

from collections.abc import Callable

import pytest
from flask import Flask

from idp.factors import authenticators
from idp.factors.rules.totp import code_at, step_at
from idp.oidc.authorization.rules.device_request import normal_user_code
from idp.passwords.rules.typed_codes import typed_code
from idp.signin import mail_confirmation
from tests.actors.enrolment import enrol
from tests.actors.visitor import Visitor, messages
from tests.actors.world import PROVISIONAL, World, waiting_messages
from tests.applications import Clock

NEW = "Poires-Vertes-1848"
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
BETWEEN = {
    "nothing": "",
    "blank": " ",
    "no-break space": "\u00a0",
    "narrow no-break space": "\u202f",
    "hyphen": "-",
    "no-break hyphen": "\u2011",
    "dash": "\u2013",
    "minus": "\u2212",
    "soft hyphen": "\u00ad",
    "zero width": "\u200b",
    "tab and line end": "\t\r\n",
}


@pytest.fixture(params=BETWEEN.values(), ids=BETWEEN)
def dressed(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Write a code in groups of three or four, with something between, before and after."""
    between: str = request.param
    return lambda code: (
        between + between.join(code[start : start + 4] for start in range(0, len(code), 4)) + between
    )


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("kT4m Hx9w Rq7B", "kT4mHx9wRq7B"),
        ("ｋＴ４ｍ", "kT4m"),
        ("492 731".translate(ARABIC), "492731"),
        ("۴۹۲", "492"),
        ("« 492.731 »", "492731"),
        ("", ""),
        (" \u00a0-", ""),
        ("x" * 100_000, "x" * 20),
        ("-" * 1_000 + "492731", ""),
    ],
)
def test_the_rule(typed: str, code: str) -> None:
    assert typed_code(typed, 20) == code


def test_capitals_and_small_letters_differ() -> None:
    assert typed_code("kT4m", 20) != typed_code("KT4M", 20)


def test_the_letters_password_and_username_at_sign_in(
    app: Flask, contextless: World, dressed: Callable[[str], str]
) -> None:
    anne = contextless.guardian("Anne", "Petit", state="notified")
    page = Visitor(app).opens("/start/responsable")
    page.fills(username=dressed(anne.username), password=dressed(PROVISIONAL)).sees(
        "Choisissez votre mot de passe"
    )


def test_a_wrong_letters_password_stays_wrong(
    app: Flask, contextless: World, dressed: Callable[[str], str]
) -> None:
    anne = contextless.guardian("Anne", "Petit", state="notified")
    for wrong in (PROVISIONAL[:-1], PROVISIONAL.swapcase(), PROVISIONAL + "7"):
        Visitor(app).opens("/start/responsable").fills(username=anne.username, password=dressed(wrong)).sees(
            "S01"
        )


def test_a_chosen_password_keeps_its_blanks_and_hyphens(app: Flask, contextless: World) -> None:
    anne = contextless.guardian("Anne", "Petit")
    bare = anne.password.replace("-", "")
    assert bare != anne.password
    Visitor(app).opens("/start/responsable").fills(username=anne.username, password=bare).sees("S01")


def test_the_code_of_a_lost_password(app: Flask, contextless: World, dressed: Callable[[str], str]) -> None:
    contextless.guardian("Claire", username="c.durand", mail="claire@famille.example")
    visitor = Visitor(app).opens("/recovery/password").fills(username=dressed("c.durand"))
    visitor.fills(code=dressed(str(messages(app, "mail")[-1]["facts"]["code"])))
    visitor.fills(password=NEW, again=NEW).sees("Mes informations")


def test_the_code_of_a_confirmation(world: World, dressed: Callable[[str], str]) -> None:
    claire = world.guardian("Claire", state="confirming", mail="claire@famille.example")
    facts = world.facts(claire)
    mail_confirmation.resend(facts, "fr", world.clock())
    code = waiting_messages("mail")[-1]["facts"]["code"]
    mail_confirmation.confirm_by_code(facts, dressed(code), world.clock())
    assert world.facts(claire).state == "active"


def test_the_codes_of_a_second_step(world: World, clock: Clock, dressed: Callable[[str], str]) -> None:
    claire = world.guardian("Claire")
    secret, codes = enrol(world, claire)
    facts = world.facts(claire)
    clock.advance(60)
    assert authenticators.use(facts, dressed(code_at(secret, step_at(clock())).translate(ARABIC)), clock())
    assert authenticators.use_recovery_code(facts, dressed(codes[0]), clock())


def test_the_code_of_a_device(dressed: Callable[[str], str]) -> None:
    assert normal_user_code(dressed("wdjbmjht")) == "WDJB-MJHT"
