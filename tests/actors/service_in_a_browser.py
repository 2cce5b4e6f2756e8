"""A service that a person comes from, in Chromium, and what that person does on the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask, request
from playwright.sync_api import Page, expect

from tests.actors.relying_party import challenge
from tests.conftest import Serve
from tests.peers.conftest import Served


@dataclass
class Service:
    """A relying party that shows whether it received a code. `ended_sids`: the sessions of which it was notified of the end of."""

    served: Served
    address: str
    client_id: str
    ended_sids: list[str]

    def asks(self, **more: str) -> str:
        """The address of an authorization request."""
        query = {
            "client_id": self.client_id,
            "redirect_uri": f"{self.address}/callback",
            "response_type": "code",
            "scope": "openid",
            "state": "the-state",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            **more,
        }
        return f"{self.served.issuer}/authorize?{urlencode(query)}"


Opens = Callable[..., Service]


@pytest.fixture
def opens(served: Served, serve: Serve) -> Opens:
    """Register a service with these members beside its addresses; `listens`: it is notified of a logout in the browser."""

    def begin(listens: bool = False, **members: Any) -> Service:
        app, ended_sids = Flask("service"), list[str]()

        def bye() -> str:
            ended_sids.append(request.args.get("sid", ""))
            return "<!doctype html><title>bye</title>"

        app.add_url_rule("/callback", view_func=_arrival, methods=["GET", "POST"])
        app.add_url_rule("/bye", view_func=bye)
        address = serve(app)
        if listens:
            members["frontchannel_logout_uri"] = f"{address}/bye"
        with served.app.app_context():
            registered = served.world.relying_party(redirect_uris=[f"{address}/callback"], **members)
        return Service(served, address, registered.client_id, ended_sids)

    return begin


def _arrival() -> str:
    heading = "Bienvenue" if request.values.get("code") else request.values.get("error", "")
    return f'<!doctype html><html lang="fr"><link rel="icon" href="data:,"><title>Service</title><h1>{heading}</h1>'


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def sign_in(page: Page, username: str, password: str) -> None:
    page.get_by_label("Identifiant").fill(username)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    press(page, "Se connecter")


def come_to_sign_in(page: Page, service: Service, **more: str) -> None:
    page.goto(service.asks(**more))


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)
