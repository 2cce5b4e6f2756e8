"""Mail addresses: one stored form for pages, imports and commands."""

import pytest

from idp.people.rules.mail_addresses import clean_address, masked, readable_address, search_form


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("claire@exemple.fr", "claire@exemple.fr"),
        (" Claire.D+cantine@EXEMPLE.fr\u00a0", "Claire.D+cantine@exemple.fr"),
        ("élise@société-exemple.fr", "élise@xn--socit-exemple-ehbb.fr"),
        ("E\u0301lise@Société-Exemple.fr", "Élise@xn--socit-exemple-ehbb.fr"),
        ("élise@xn--socit-exemple-ehbb.fr", "élise@xn--socit-exemple-ehbb.fr"),
        ("a@XN--E1AFMKFD.XN--P1AI", "a@xn--e1afmkfd.xn--p1ai"),
        ("a@пример.рф", "a@xn--e1afmkfd.xn--p1ai"),
        ("a@société。fr", "a@xn--socit-esab.fr"),
        ("cla\u200bire@exemple.fr\ufeff", "claire@exemple.fr"),
        ("\u2060claire@soci\u00adété.fr", "claire@xn--socit-esab.fr"),
        ("claire@famille.example", "claire@famille.example"),
        ("élise@famille.example", "élise@famille.example"),
        ("élise@école.test", "élise@xn--cole-9oa.test"),
        ("a@host.local", "a@host.local"),
        ("a@xn--i-7iq.ws", "a@xn--i-7iq.ws"),
        ("a@ab--c.fr", "a@ab--c.fr"),
    ],
)
def test_an_address_has_one_stored_form(typed: str, stored: str) -> None:
    assert clean_address(typed) == stored
    assert clean_address(stored) == stored
    assert clean_address(readable_address(stored)) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "claire",
        "claire@",
        "@exemple.fr",
        "claire@localhost",
        "élise@localhost",
        "a b@exemple.fr",
        "é b@exemple.fr",
        "é..e@exemple.fr",
        "é@-exemple.fr",
        "é@exemple_2.fr",
        "é" * 33 + "@exemple.fr",
        "x" * 65 + "@exemple.fr",
        "é@exemple.fr\nBcc: x@exemple.fr",
        "<élise@exemple.fr>",
        "é@[192.0.2.1]",
        "x" * 300 + "@exemple.fr",
    ],
)
def test_an_unusable_address_is_none(typed: str) -> None:
    assert clean_address(typed) is None


def test_a_domain_is_shown_in_unicode() -> None:
    assert readable_address("élise@xn--socit-esab.fr") == "élise@société.fr"
    assert readable_address("a@xn--i-7iq.ws") == "a@xn--i-7iq.ws"
    assert masked("élise@xn--socit-esab.fr") == "é•••@société.fr"


def test_a_searched_address_has_the_stored_form() -> None:
    assert search_form("@SOCIÉTÉ.fr") == "@xn--socit-esab.fr"
    assert search_form("Claire@ex") == "claire@ex"
