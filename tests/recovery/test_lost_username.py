"""A lost username: sent to the address or number that the account has, shown on no page."""

import pytest
from flask import Flask

from tests.visitor import SMS, Visitor, messages
from tests.world import World

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


def test_everybody_behind_one_address(app: Flask, world: World, visitor: Visitor) -> None:
    mother = world.guardian()
    child = world.pupil(mail="claire@example.org", mail_verified_at=1)
    visitor.opens("/recovery/username").fills(contact="claire@example.org")
    told = str(messages(app, "mail")[0]["facts"])
    assert mother.username in told and child.username in told


@pytest.mark.parametrize("typed", ["nobody@example.org", "0699999999"])
def test_nobody_sees_the_same_page_and_gets_nothing(app: Flask, world: World, typed: str) -> None:
    import re

    world.guardian(mobile=NUMBER)
    known = "claire@example.org" if "@" in typed else "0612345678"

    def page(contact: str) -> tuple[int, str]:
        seen = Visitor(app).opens("/recovery/username").fills(contact=contact)
        return seen.status, re.sub(r'value="[^"]*"', "", seen.html)

    assert page(known) == page(typed)
    assert len(messages(app, "mail") + messages(app, "sms")) == 1


@pytest.mark.parametrize("typed", ["", "c.durand", "claire@", "12"])
def test_what_is_neither_is_said(visitor: Visitor, typed: str) -> None:
    assert visitor.opens("/recovery/username").fills(contact=typed).sees("V08").status == 422


def test_an_address_that_was_never_confirmed_finds_nobody(app: Flask, world: World, visitor: Visitor) -> None:
    world.guardian(mail="a@example.org", mail_verified_at=None)
    visitor.opens("/recovery/username").fills(contact="a@example.org")
    assert messages(app, "mail") == []
