"""A service of CAS without a client library, in one browser."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from idp.cas import registrations
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World

URL = "https://pronote.example/cas/login"
CAS = "{http://www.yale.edu/tp/cas}"


def registered(world: World, **members: Any) -> str:
    """The id of a registered service of the school."""
    document = {
        "name": "Pronote (CAS)",
        "service_urls": [URL],
        "attribute_set": "pronote",
        "first_party": True,
        **members,
    }
    return registrations.register(
        {name: value for name, value in document.items() if value is not None}, "test", world.clock()
    )


def ticket_of(response: TestResponse) -> str:
    """The ticket of a redirect to the service."""
    assert response.status_code == 303, (response.status, response.text[:300])
    (ticket,) = parse_qs(urlsplit(response.headers["Location"]).query)["ticket"]
    return ticket


@dataclass
class CasService:
    """A registered service at `url`, with one browser."""

    app: Flask
    id: str
    browser: FlaskClient
    url: str = URL

    def login(self, **parameters: str) -> TestResponse:
        return self.browser.get("/cas/login", query_string={"service": self.url, **parameters})

    def ticket(self, **parameters: str) -> str:
        return ticket_of(self.login(**parameters))

    def ticket_by_pages(self, someone: Someone, **parameters: str) -> str:
        """The ticket of a login in which the person types their credentials."""
        query = urlencode({"service": self.url, **parameters})
        visitor = Visitor(self.app, self.browser).opens(f"/cas/login?{query}")
        if "Choisir mon profil" in visitor.html:
            visitor.fills(profile="responsable")
        visitor.fills(username=someone.username, password=someone.password)
        if "Un compte s’est fermé ici" in visitor.html:
            visitor.follows("Continuer")
        assert visitor.page is not None
        return ticket_of(visitor.page)

    def validate(self, ticket: str, endpoint: str = "p3/serviceValidate", **parameters: str) -> TestResponse:
        query = {"service": self.url, "ticket": ticket, **parameters}
        return self.app.test_client().get(f"/cas/{endpoint}", query_string=query)

    def person(self, **parameters: str) -> dict[str, list[str]]:
        """The attributes of a whole login."""
        return attributes_of(self.validate(self.ticket(**parameters)).text)


def code_of(text: str) -> str | None:
    """The error code of an XML answer; None for a success."""
    (content,) = ElementTree.fromstring(text)
    return content.get("code")


def user_of(text: str) -> str:
    return ElementTree.fromstring(text).findtext(f"{CAS}authenticationSuccess/{CAS}user") or ""


def attributes_of(text: str) -> dict[str, list[str]]:
    """The attributes of a success, with several values each."""
    attributes: dict[str, list[str]] = {}
    for element in ElementTree.fromstring(text).iterfind(f"{CAS}authenticationSuccess/{CAS}attributes/*"):
        attributes.setdefault(re.sub(r"^\{.*\}", "", element.tag), []).append(element.text or "")
    return attributes
