"""PyPI's idpyoidc as a relying party, in a Flask application that the browser uses over HTTP."""

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from cryptojwt import KeyJar
from cryptojwt.key_jar import init_key_jar
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from tests.actors.person import Person
from tests.actors.world import Someone, deliver_due
from tests.conftest import Serve
from tests.peers.conftest import Served
from tests.peers.passage import log_in, log_out

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from idpyoidc.client.defaults import DEFAULT_OIDC_SERVICES
    from idpyoidc.client.oauth2.stand_alone_client import backchannel_logout
    from idpyoidc.client.rp_handler import RPHandler

# Its own calls of what Python and cryptography have since deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SERVICES = {
    **DEFAULT_OIDC_SERVICES,
    "end_session": {"class": "idpyoidc.client.oidc.end_session.EndSession"},
    "token_revocation": {"class": "idpyoidc.client.oauth2.token_revocation.TokenRevocation"},
}
PKCE = {
    "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
    "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
}
SCOPE = ["openid", "profile", "offline_access"]


class RelyingParty:
    """What a service built on idpyoidc does at its addresses; `state` is the login it holds."""

    def __init__(self) -> None:
        self.handler: RPHandler
        self.issuer = ""
        self.state = ""
        self.response: dict[str, Any] = {}
        self.ended: list[str] = []

    @property
    def client(self) -> Any:
        return self.handler.issuer2rp[self.issuer]

    def login(self) -> Response:
        return redirect(self.handler.begin("school"))

    def callback(self) -> dict[str, Any]:
        self.response = self.handler.finalize(self.issuer, request.args.to_dict())
        self.state = self.response.get("state", "")
        return {"error": self.response["error"]} if "error" in self.response else {"state": self.state}

    def logout(self) -> Response:
        return redirect(self.handler.logout(self.state)["url"])

    def bye(self) -> dict[str, str]:
        return request.args.to_dict()

    def backchannel(self) -> str:
        self.ended.append(backchannel_logout(self.client, request=request.get_data(as_text=True)))
        return ""

    def application(self) -> Flask:
        app = Flask("idpyoidc")
        for view in (self.login, self.callback, self.logout, self.bye):
            app.add_url_rule(f"/{view.__name__}", view_func=view)
        app.add_url_rule("/backchannel", view_func=self.backchannel, methods=["POST"])
        return app


@dataclass
class Peer:
    """The relying party at `address`, and its user's browser."""

    party: RelyingParty
    address: str
    guardian: Someone
    person: Person

    def logs_in(self) -> dict[str, Any]:
        log_in(self.person, f"{self.address}/login", self.guardian)
        assert self.shown() == {"state": self.party.state}, self.shown()
        return self.party.response

    def shown(self) -> Any:
        assert self.person.page is not None
        assert self.person.address.startswith(self.address), self.person.html
        return self.person.page.json()


Start = Callable[..., Peer]


@pytest.fixture
def start(served: Served, serve: Serve) -> Start:
    """Start a relying party that authenticates itself by a method, with its keys where it has some."""

    def begin(method: str = "client_secret_basic", algorithm: str = "ES256", keys: Any = None) -> Peer:
        party = RelyingParty()
        address = serve(party.application())
        document = {
            "redirect_uris": [f"{address}/callback"],
            "post_logout_redirect_uris": [f"{address}/bye"],
            "backchannel_logout_uri": f"{address}/backchannel",
            "token_endpoint_auth_method": method,
            "id_token_signed_response_alg": algorithm,
            "jwks": keys.export_jwks() if keys else None,
        }
        with served.app.app_context():
            guardian, registered = served.world.guardian(), served.world.relying_party(**document)
        preference = {
            "response_types": ["code"],
            "scope": SCOPE,
            "token_endpoint_auth_methods_supported": [method],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
            "id_token_signing_alg_values_supported": [algorithm],
        }
        client = {
            "issuer": served.issuer,
            "client_id": registered.client_id,
            "client_secret": registered.client_secret,
            "client_type": "oidc",
            "redirect_uris": document["redirect_uris"],
            "post_logout_redirect_uris": document["post_logout_redirect_uris"],
            "client_authn_methods": [method],
            "scopes_supported": SCOPE,
            "preference": preference,
            "add_ons": {"pkce": PKCE},
        }
        # Without a key jar it writes a private key into the working folder.
        party.handler = RPHandler(
            base_url=address,
            client_configs={"school": {name: value for name, value in client.items() if value}},
            services=SERVICES,
            keyjar=keys or KeyJar(),
        )
        party.issuer = served.issuer
        return Peer(party, address, guardian, Person())

    return begin


@pytest.mark.parametrize(
    ("method", "algorithm"),
    [("client_secret_basic", "ES256"), ("client_secret_post", "RS256"), ("private_key_jwt", "ES256")],
)
def test_each_kind_of_client_logs_a_person_in(
    served: Served, start: Start, method: str, algorithm: str
) -> None:
    key = [{"type": "EC", "crv": "P-256", "use": ["sig"]}]
    keys = init_key_jar(key_defs=key) if method == "private_key_jwt" else None
    response = start(method, algorithm, keys).logs_in()
    assert response["userinfo"]["name"] == "Claire Durand"
    assert response["userinfo"]["sub"] == response["id_token"]["sub"]
    assert response["id_token"]["iss"] == served.issuer
    assert response["id_token"].jws_header["alg"] == algorithm


def test_a_refresh_gives_a_new_token_and_a_revocation_ends_it(start: Start) -> None:
    peer = start()
    first = peer.logs_in()["token"]
    handler, state = peer.party.handler, peer.party.state
    second = handler.refresh_access_token(state)
    assert second["access_token"] != first
    assert handler.get_user_info(state, access_token=second["access_token"])["name"] == "Claire Durand"
    # As a page: it takes an answer without members for a faulty one, and RFC 7009 §2.2 gives the answer none.
    revoked = peer.party.client.do_request(
        "token_revocation", "html", request_args={"token": second["refresh_token"]}, state=state
    )
    assert json.loads(revoked) == {}
    with pytest.raises(Exception, match="invalid_grant"):
        handler.refresh_access_token(state)


def test_a_logout_at_one_service_ends_the_state_that_the_other_holds(served: Served, start: Start) -> None:
    # It takes every logout token for RS256 where the registration was made by hand.
    portal, school_life = start(algorithm="RS256"), start(algorithm="RS256")
    school_life.person = portal.person
    portal.logs_in()
    school_life.person.opens(f"{school_life.address}/login")
    assert school_life.shown() == {"state": school_life.party.state}
    log_out(portal.person, f"{portal.address}/logout")
    assert set(portal.shown()) == {"state"}
    deliver_due(served.app)
    assert school_life.party.ended == [school_life.party.state]
