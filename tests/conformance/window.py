"""A relying party at a real address, and its pages, for the test plans that need a real browser."""

import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from flask import Flask, request
from playwright.sync_api import Page

from tests.actors.relying_party import basic
from tests.actors.world import Someone
from tests.conformance import checks, registrations
from tests.conftest import Serve
from tests.peers.conftest import Served

PAGE = '<!doctype html><html><head><meta charset="utf-8"><title>Suite</title><link rel="icon" href="data:,"></head><body>{}</body></html>'

WATCHING = """<iframe id="provider" src="{issuer}/check_session"></iframe><script>
const frame = document.getElementById("provider");
const loaded = new Promise((ready) => frame.addEventListener("load", ready));
async function ask(message) {{
  await loaded;
  return new Promise((answered) => {{
    window.addEventListener("message", (event) => {{
      if (event.origin === "{issuer}" && event.source === frame.contentWindow) answered(event.data);
    }}, {{once: true}});
    frame.contentWindow.postMessage(message, "{issuer}");
  }});
}}
</script>"""
"""Session Management 1.0 §3.1: the page that polls the session, here on demand."""


@dataclass
class WebParty:
    """`front_channel_requests`: requests to its front-channel logout URI; `posted`: what was posted to its callback."""

    served: Served
    someone: Someone
    address: str = ""
    registered: dict[str, Any] = field(default_factory=dict)
    front_channel_requests: list[dict[str, str]] = field(default_factory=list)
    posted: list[dict[str, Any]] = field(default_factory=list)

    def application(self) -> Flask:
        app = Flask("suite")

        @app.get("/callback")
        @app.get("/bye")
        def plain() -> str:
            return PAGE.format("")

        @app.post("/callback")
        def callback() -> str:
            query, form = request.query_string.decode(), request.form.to_dict()
            self.posted.append({"type": request.content_type, "query": query, "form": form})
            return PAGE.format("")

        @app.get("/session")
        def session() -> str:
            return PAGE.format(WATCHING.format(issuer=self.served.issuer))

        @app.get("/frontchannel")
        def frontchannel() -> str:
            self.front_channel_requests.append(request.args.to_dict())
            return PAGE.format("")

        return app

    def request(self, **changes: str) -> str:
        """The address of an authorization request."""
        values = {
            "client_id": self.registered["client_id"],
            "redirect_uri": f"{self.address}/callback",
            "response_type": "code",
            "scope": "openid",
            "state": secrets.token_urlsafe(12),
            "nonce": secrets.token_urlsafe(12),
            **changes,
        }
        return f"{self.served.issuer}/authorize?{urlencode(values)}"

    def logs_in(self, page: Page) -> tuple[dict[str, str], str]:
        """Log in through the provider's pages; returns the parameters at the callback, and the ID token."""
        page.goto(self.request())
        self.passes(page)
        returned = self.answer(page)
        form = {"grant_type": "authorization_code", "code": returned["code"]}
        response = requests.post(
            f"{self.served.issuer}/token",
            data={**form, "redirect_uri": f"{self.address}/callback"},
            headers=basic(self.registered["client_id"], self.registered["client_secret"]),
            timeout=20,
        )
        assert response.status_code == 200, response.text
        return returned, response.json()["id_token"]

    def passes(self, page: Page) -> None:
        """Through the pages of a first login."""
        page.get_by_label("Identifiant").fill(self.someone.username)
        page.get_by_label("Mot de passe", exact=True).fill(self.someone.password)
        page.get_by_role("button", name="Se connecter", exact=True).click()
        page.get_by_role("button", name="Je suis d’accord").click()

    def answer(self, page: Page) -> dict[str, str]:
        """What the browser has brought to the callback."""
        page.wait_for_url(f"{self.address}/callback?*")
        return dict(parse_qsl(urlsplit(page.url).query))

    def claims(self, id_token: str) -> dict[str, Any]:
        jwks = requests.get(f"{self.served.issuer}/jwks.json", timeout=20).json()
        return checks.verified(id_token, jwks, "RS256")

    def logs_out(self, page: Page, id_token: str) -> None:
        """Ask with everything that leads back, say yes, and arrive there with the state."""
        asked = {"id_token_hint": id_token, "post_logout_redirect_uri": f"{self.address}/bye", "state": "s t"}
        page.goto(f"{self.served.issuer}/logout?{urlencode(asked)}")
        page.get_by_role("button", name="Se déconnecter", exact=True).click()
        page.wait_for_url(f"{self.address}/bye?state=s+t")

    def is_logged_out(self, page: Page) -> None:
        page.goto(self.request(prompt="none"))
        assert self.answer(page)["error"] == "login_required"


def open_for_business(served: Served, serve: Serve, *members: str) -> WebParty:
    """Serve a relying party that registers itself, with its addresses under these members."""
    with served.app.app_context():
        party = WebParty(served, served.world.guardian())
    party.address = serve(party.application())
    party.registered = registrations.registered(
        served.app,
        served.world.clock,
        redirect_uris=[f"{party.address}/callback"],
        post_logout_redirect_uris=[f"{party.address}/bye"],
        **{member: f"{party.address}/{member.partition('_')[0]}" for member in members},
    )
    return party
