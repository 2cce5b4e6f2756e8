"""A lost username: sent to the account's address or number, shown on no page."""

import pytest
from flask import Flask

from tests.actors.visitor import SMS, Visitor, messages
from tests.actors.world import World

pytestmark = pytest.mark.settings(sms=SMS)
NUMBER = "+33612345678"


def test_by_mail_in_any_case(app: Flask, world: World, visitor: Visitor) -> None:
    guardian = world.guardian()
    visitor.opens("/recovery/username").fills(contact="CLAIRE@Example.org ").sees("Regardez votre boîte mail")
    assert guardian.username not in visitor.html
    (mail,) = messages(app, "mail")
    assert mail["facts"]["usernames"] == [f"Claire Durand : {guardian.username}"]


def test_by_sms_in_any_form(app: Flask, world: World, visitor: Visitor) -> None:
    guardian = world.guardian(mobile=NUMBER)
    visitor.opens("/recovery/username").fills(contact="06.12.34.56.78").sees("Regardez vos messages")
    (sms,) = messages(app, "sms")
    assert sms["to"] == NUMBER and guardian.username in str(sms["facts"])


@pytest.mark.both_engines
def test_one_mail_lists_every_account_of_the_address(app: Flask, world: World, visitor: Visitor) -> None:
    mother = world.guardian()
    child = world.pupil(mail="claire@example.org", mail_verified_at=1)
    visitor.opens("/recovery/username").fills(contact="claire@example.org")
    facts = str(messages(app, "mail")[0]["facts"])
    assert mother.username in facts and child.username in facts


@pytest.mark.parametrize("typed", ["nobody@example.org", "0699999999"])
def test_an_unknown_contact_sees_the_same_page_and_gets_no_message(
    app: Flask, world: World, typed: str
) -> None:
    import re

    world.guardian(mobile=NUMBER)
    known = "claire@example.org" if "@" in typed else "0612345678"

    def page(contact: str) -> tuple[int, str]:
        seen = Visitor(app).opens("/recovery/username").fills(contact=contact)
        return seen.status, re.sub(r'value="[^"]*"', "", seen.html)

    assert page(known) == page(typed)
    assert len(messages(app, "mail") + messages(app, "sms")) == 1


@pytest.mark.parametrize("typed", ["", "c.durand", "claire@", "12"])
def test_text_that_is_neither_mail_nor_number_is_refused(visitor: Visitor, typed: str) -> None:
    assert visitor.opens("/recovery/username").fills(contact=typed).sees("V08").status == 422


def test_a_landline_is_refused(visitor: Visitor) -> None:
    assert visitor.opens("/recovery/username").fills(contact="01 23 45 67 89").sees("V12").status == 422


@pytest.mark.parametrize(
    "typed", ["élise@société.fr", "E\u0301lise@SOCIÉTÉ.fr", "É\u200blise@xn--socit-esab.fr"]
)
def test_an_address_beyond_ascii_is_found_again(
    app: Flask, world: World, visitor: Visitor, typed: str
) -> None:
    stored = "Élise@xn--socit-esab.fr" if typed[0] in "EÉ" else "élise@xn--socit-esab.fr"
    world.guardian(mail=stored)
    visitor.opens("/recovery/username").fills(contact=typed).sees("Regardez votre boîte mail")
    assert [mail["to"] for mail in messages(app, "mail")] == [stored]


def test_an_address_that_was_never_confirmed_finds_nobody(app: Flask, world: World, visitor: Visitor) -> None:
    world.guardian(mail="a@example.org", mail_verified_at=None)
    visitor.opens("/recovery/username").fills(contact="a@example.org")
    assert messages(app, "mail") == []


def test_it_goes_to_the_address_on_record_and_never_to_the_one_typed(
    app: Flask, world: World, visitor: Visitor
) -> None:
    world.guardian(mail="J.Langlois+cantine@example.org")
    namesake = world.guardian(mail="j.langlois+CANTINE@example.org")
    visitor.opens("/recovery/username").fills(contact="j.LANGLOIS+cAnTiNe@example.org")
    usernames = {mail["to"]: mail["facts"]["usernames"] for mail in messages(app, "mail")}
    assert set(usernames) == {"J.Langlois+cantine@example.org", "j.langlois+CANTINE@example.org"}
    assert len(usernames["j.langlois+CANTINE@example.org"]) == 1
    assert usernames["j.langlois+CANTINE@example.org"][0].endswith(f": {namesake.username}")
