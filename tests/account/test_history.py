"""The history in words: its filters, its pages, and "Ce n'était pas moi"."""

import re

import pytest
from flask import Flask

from idp.account.rules import timeline
from idp.account.rules.timeline import Filter, filter_of, may_be_objected
from idp.audit import trail
from idp.database.engine import transaction
from idp.durations import DAY
from idp.signin.rules.browser_names import Device, DeviceKind, device_of
from idp.signin.rules.history import SENTENCES
from tests.actors.account_holder import signed_in
from tests.actors.visitor import Visitor, messages
from tests.actors.world import Someone, World
from tests.conftest import Clock

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36"


@pytest.fixture
def guardian(world: World) -> Someone:
    return world.guardian(username="c.durand")


@pytest.fixture
def claire(app: Flask, guardian: Someone) -> Visitor:
    return signed_in(app, guardian)


def note(app: Flask, someone: Someone, act: str, at: int, **detail: str) -> None:
    subject = f"account:{someone.account}"
    with app.app_context(), transaction() as tx:
        trail.record(tx, at, act, subject, subject, "192.0.2.7", **detail)


def test_each_act_of_the_history_belongs_to_one_kind() -> None:
    kinds = [act for _, acts in timeline.KINDS.values() for act in acts]
    assert sorted(kinds) == sorted(SENTENCES)
    assert timeline.KINDS.keys() == timeline.ICONS.keys()
    assert SENTENCES.keys() >= timeline.DOUBTFUL


@pytest.mark.parametrize(
    ("kind", "period", "is_read_as"),
    [
        ("logins", "7", Filter("logins", "7")),
        ("", "", Filter()),
        ("x", "8", Filter()),
        ("logins' OR 1", "-7", Filter()),
    ],
)
def test_an_address_that_names_no_filter_shows_everything(kind: str, period: str, is_read_as: Filter) -> None:
    assert filter_of(kind, period) == is_read_as


@pytest.mark.parametrize(
    ("act", "age", "is_own_login", "offered"),
    [
        ("sign_in", 60, False, True),
        ("sign_in", 60, True, False),
        ("password.chosen", 60, True, True),
        ("sign_in", 7 * DAY, False, False),
        ("sign_in.failed", 60, False, False),
        ("letter.issued", 60, False, False),
    ],
)
def test_what_a_stranger_may_have_done_is_objected_to_for_a_week(
    act: str, age: int, is_own_login: bool, offered: bool
) -> None:
    now = 10 * DAY
    at = now - age
    assert may_be_objected(act, at, now, at if is_own_login else 1) is offered


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (WINDOWS, Device(DeviceKind.COMPUTER, "Chrome", "Windows")),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1",
            Device(DeviceKind.PHONE, "Safari", "iPhone"),
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) Version/16.0 Safari/604.1",
            Device(DeviceKind.TABLET, "Safari", "iPad"),
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/120.0 Mobile Safari/537.36",
            Device(DeviceKind.PHONE, "Chrome", "Android"),
        ),
        (
            "Mozilla/5.0 (Linux; Android 13; SM-T870) SamsungBrowser/23.0 Safari/537.36",
            Device(DeviceKind.TABLET, "Samsung Internet", "Android"),
        ),
        ("curl/8.5", Device(DeviceKind.COMPUTER, None, None)),
        ("", Device(DeviceKind.COMPUTER, None, None)),
    ],
)
def test_a_browser_names_its_device(agent: str, device: Device) -> None:
    assert device_of(agent) == device


def test_a_login_is_a_sentence_with_its_device_and_no_place(
    app: Flask, claire: Visitor, guardian: Someone, clock: Clock
) -> None:
    note(app, guardian, "sign_in", clock(), device=WINDOWS)
    claire.opens("/account/history").sees("Connexion depuis Chrome sous Windows", "adresse 192.0.2.7")


def test_a_browser_that_is_not_known_is_no_raw_text(
    app: Flask, claire: Visitor, guardian: Someone, clock: Clock
) -> None:
    note(app, guardian, "sign_in", clock(), device="python-requests/2.31 (secret build)")
    claire.opens("/account/history").sees("depuis Navigateur inconnu")
    assert "python-requests" not in claire.html


@pytest.mark.both_engines
def test_the_history_is_filtered_by_kind_and_period_and_grouped_by_day(
    app: Flask, claire: Visitor, guardian: Someone, clock: Clock
) -> None:
    now = clock()
    for act, at in (
        ("mobile.changed", now - 60),
        ("factor.added", now - 1 * DAY),
        ("mail.confirmed", now - 10 * DAY),
        ("consent.give", now - 100 * DAY),
    ):
        note(app, guardian, act, at)
    assert claire.opens("/account/history").words.count("Hier") == 1
    claire.sees("Aujourd’hui", "Numéro de mobile changé", "Accord donné à un service")
    claire.opens("/account/history?kind=password").sees("Numéro de mobile changé", "Adresse mail confirmée")
    assert "moyen ajouté" not in claire.words and "Connexion depuis" not in claire.words
    claire.opens("/account/history?kind=password&period=7").sees("Numéro de mobile changé")
    assert "Adresse mail confirmée" not in claire.words
    claire.sees('value="password" selected', 'value="7" selected')
    claire.opens("/account/history?kind=services&period=30").sees("Rien ne correspond", "Tout voir")


def test_another_pages_address_keeps_the_filter(
    app: Flask, claire: Visitor, guardian: Someone, clock: Clock
) -> None:
    for number in range(35):
        note(app, guardian, "mobile.changed", clock() - number)
    claire.opens("/account/history?kind=password&period=7").follows("Plus ancien")
    claire.sees('value="password" selected', "Numéro de mobile changé", "Le plus récent")
    # The newest 30 of 35 and the password of the world's own people are on the page before.
    assert claire.html.count("<strong>Numéro de mobile changé") in (5, 6)


@pytest.mark.parametrize(
    "query", ["before=x", "before=" + "9" * 30, "before=-1", "before=٣", "kind=&period="]
)
def test_a_bad_address_shows_the_history(claire: Visitor, query: str) -> None:
    assert claire.opens(f"/account/history?{query}").status == 200


@pytest.mark.both_engines
def test_it_was_not_me_locks_the_account_from_a_session_as_the_mail_does(
    app: Flask, world: World, claire: Visitor, guardian: Someone, clock: Clock
) -> None:
    clock.advance(60)
    thief = signed_in(app, guardian)
    claire.opens("/account/history")
    (link,) = set(re.findall(r'href="(/account/history/not-me\?event=\d+)"', claire.html))
    claire.opens(link).sees("Ce n’était pas vous, Claire", "Connexion", "celui-ci aussi")
    assert world.facts(guardian).state == "active", "opening the page locks nothing"
    claire.fills("act=lock").sees("Votre compte est verrouillé")
    facts = world.facts(guardian)
    assert facts.state == "locked"
    for visitor in (claire, thief):
        assert visitor.opens("/account").path.endswith(("/sign_in", "/profile"))
    subjects = [mail["facts"]["subject"] for mail in messages(app, "mail") if mail["template"] == "notice"]
    assert "Votre compte est verrouillé" in subjects


def test_it_was_not_me_says_who_opens_an_account_without_contacts(app: Flask, world: World) -> None:
    lone = world.guardian("Marc", mail=None, mail_verified_at=None)
    signed_in(app, lone).opens("/account/history/not-me").sees("ni adresse mail ni mobile confirmés")


def test_the_event_of_another_person_is_not_shown(
    app: Flask, world: World, claire: Visitor, clock: Clock
) -> None:
    marc = world.guardian("Marc")
    note(app, marc, "mobile.changed", clock())
    for event in range(1, 12):
        assert "Numéro de mobile changé" not in claire.opens(f"/account/history/not-me?event={event}").html
