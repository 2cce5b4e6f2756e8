"""Domains of mail addresses: the page of a mailbox, and one mistake in the name of a large provider."""

import pytest

from idp.people.rules.mail_domains import MAILBOXES, doubt_about, mailbox_of


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("claire@gmial.com", "claire@gmail.com"),
        ("Claire.D@GMAI.COM", "Claire.D@gmail.com"),
        ("claire@gmail.con", "claire@gmail.com"),
        ("claire@gmail.fr", "claire@gmail.com"),
        ("claire@orage.fr", "claire@orange.fr"),
        ("claire@hotmial.fr", "claire@hotmail.fr"),
        ("claire@laposte.nt", "claire@laposte.net"),
        ("claire@wanadooo.fr", "claire@wanadoo.fr"),
    ],
)
def test_one_mistake_is_seen(typed: str, offered: str) -> None:
    doubt = doubt_about(typed)
    assert doubt is not None and (doubt.typed, doubt.offered) == (typed, offered)


@pytest.mark.parametrize(
    "domain", [*MAILBOXES, "example.org", "ac-poitiers.fr", "mairie-gmail.fr", "fr", "", "ymail.com"]
)
def test_no_doubt_about_a_right_or_an_unknown_domain(domain: str) -> None:
    assert doubt_about(f"claire@{domain}") is None


@pytest.mark.parametrize("typed", ["", "@", "claire", "@gmial.com", "é@é@gmial.com "])
def test_any_text_is_taken(typed: str) -> None:
    doubt = doubt_about(typed)
    assert doubt is None or doubt.offered.endswith("@gmail.com")


def test_a_mailbox_is_known_by_the_domain_alone() -> None:
    assert mailbox_of("c@GMAIL.com") == mailbox_of("x.y@gmail.com")
    assert mailbox_of("c@gmail.com.evil.example") is None and mailbox_of(None) is None
    assert all(address.startswith("https://") for _, address in MAILBOXES.values())
