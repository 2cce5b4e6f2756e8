"""The QR code from a desk to a phone: the address of a sign-in page, and no secret."""

import pytest
from flask import Flask

from idp.signin import phone
from idp.signin.pending import Pending, Service
from idp.signin.rules.steps import Asked


def waiting(service: Service | None = None) -> Pending:
    return Pending("the-ticket", "own", "the request", Asked(("responsable",)), service, 1)


@pytest.mark.parametrize(
    ("service", "address"),
    [
        (None, "/start?profil=responsable&identifiant=c.durand"),
        (Service("Portail"), "/start?profil=responsable&identifiant=c.durand"),
        (Service("Portail", client_uri="https://portail.example/"), "https://portail.example/"),
    ],
)
def test_it_leads_to_a_sign_in_page(app: Flask, service: Service | None, address: str) -> None:
    with app.test_request_context():
        shown = phone.address_at_phone(waiting(service), "responsable", "c.durand")
    assert shown.endswith(address) and "the-ticket" not in shown


def test_without_a_username_the_page_asks_for_it(app: Flask) -> None:
    with app.test_request_context():
        assert phone.address_at_phone(waiting(), "", None).endswith("/start")
        assert phone.address_at_phone(waiting(), "eleve", None).endswith("/start?profil=eleve")
