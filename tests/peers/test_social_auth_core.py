"""PyPI's social-auth-core as a relying party, unconfigured, in a Flask application that the browser uses.

It is what social-auth-app-django and its sisters stand on; a framework gives it a strategy and a storage, which are here.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, redirect, request, session
from werkzeug.wrappers import Response

from tests.actors.person import Person
from tests.conftest import Serve
from tests.peers.conftest import Served
from tests.peers.passage import Peer

with warnings.catch_warnings():
    # What python3-openid imports is deprecated.
    warnings.simplefilter("ignore")
    from social_core.actions import do_auth
    from social_core.backends.open_id_connect import OpenIdConnectAuth
    from social_core.exceptions import SocialAuthBaseException
    from social_core.storage import AssociationMixin, BaseStorage, NonceMixin
    from social_core.strategy import BaseStrategy

PIPELINE = [
    "social_core.pipeline.social_auth.social_details",
    "social_core.pipeline.social_auth.social_uid",
    "social_core.pipeline.social_auth.auth_allowed",
    "tests.peers.test_social_auth_core.signed_in",
]


@dataclass
class SignedIn:
    """The user that the library has signed in, and their attributes."""

    response: dict[str, Any]


def signed_in(backend: Any, details: dict[str, Any], uid: str, response: dict[str, Any], **_: Any) -> Any:
    """The last step of the pipeline, which is the service's own."""
    claims = {name: value for name, value in backend.id_token.items() if name != "at_hash"}
    return {"user": SignedIn({"uid": uid, "details": details, "id_token": claims, "response": response})}


class Association(AssociationMixin):
    """Where the library keeps the nonces of ID tokens."""

    stored: dict[int, Any] = {}

    def __init__(self, server_url: str, association: Any) -> None:
        self.id = id(association)
        self.server_url, self.handle = server_url, association.handle
        self.issued, self.lifetime = association.issued, association.lifetime
        self.assoc_type = association.assoc_type
        self.secret = association.secret

    @classmethod
    def store(cls, server_url: str, association: Any) -> None:
        made = cls(server_url, association)
        cls.stored[made.id] = made

    @classmethod
    def get(cls, server_url: str | None = None, handle: str | None = None) -> list[Any]:
        return [
            association
            for association in cls.stored.values()
            if server_url in (None, association.server_url) and handle in (None, association.handle)
        ]

    @classmethod
    def remove(cls, ids_to_delete: list[int]) -> None:
        for number in ids_to_delete:
            del cls.stored[number]


class Nonce(NonceMixin):
    """Where the library keeps its states, each good once."""

    stored: set[tuple[str, int, str]] = set()

    @classmethod
    def use(cls, server_url: str, timestamp: int, salt: str) -> bool:
        fresh = (server_url, timestamp, salt) not in cls.stored
        cls.stored.add((server_url, timestamp, salt))
        return fresh

    @classmethod
    def consume(cls, server_url: str, timestamp: int, salt: str) -> bool:
        there = (server_url, timestamp, salt) in cls.stored
        cls.stored.discard((server_url, timestamp, salt))
        return there


class Storage(BaseStorage):
    association = Association
    nonce = Nonce


class Strategy(BaseStrategy):  # type: ignore[misc, type-arg]
    """The library in a Flask application; `settings` are the ones that its documentation names."""

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__(Storage)
        self.settings = settings

    def get_setting(self, name: str) -> Any:
        return self.settings[name]

    def request_data(self, merge: bool = True) -> dict[str, Any]:
        return request.values.to_dict()

    def get_request_data(self, merge: bool = True) -> dict[str, Any]:
        return request.values.to_dict()

    def request_host(self) -> str:
        return request.host

    def session_get(self, name: str, default: Any = None) -> Any:
        return session.get(name, default)

    def session_set(self, name: str, value: Any) -> None:
        session[name] = value

    def session_pop(self, name: str) -> Any:
        return session.pop(name, None)

    def build_absolute_uri(self, path: str | None = None) -> str:
        return f"{request.host_url.rstrip('/')}{path or ''}"

    def redirect(self, url: str) -> Response:
        return redirect(url)


class Service:
    """The addresses of a service that lets people in by the library."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {}
        self.tokens: dict[str, Any] = {}

    @property
    def backend(self) -> Any:
        return OpenIdConnectAuth(Strategy(self.settings), redirect_uri="/callback")

    def login(self) -> Response:
        return do_auth(self.backend)  # type: ignore[no-any-return]

    def callback(self) -> Any:
        try:
            user = self.backend.complete()
        except SocialAuthBaseException as fault:
            return {"error": str(fault)}, 400
        self.tokens = user.response["response"]
        return {name: value for name, value in user.response.items() if name != "response"}

    def refresh(self) -> Any:
        self.tokens |= self.backend.refresh_token(self.tokens["refresh_token"])
        return {"access_token": bool(self.tokens["access_token"])}

    def userinfo(self) -> Any:
        backend = self.backend
        claims: dict[str, Any] = backend.get_json(
            backend.userinfo_url(), headers={"Authorization": f"Bearer {self.tokens['access_token']}"}
        )
        return claims

    def app(self) -> Flask:
        app = Flask("service")
        app.secret_key = "for this test alone"
        for view in (self.login, self.callback, self.refresh, self.userinfo):
            app.add_url_rule(f"/{view.__name__}", view_func=view)
        return app


Start = Callable[..., Peer]


@pytest.fixture
def start(served: Served, serve: Serve) -> Start:
    def begin(
        method: str = "client_secret_basic", algorithm: str = "RS256", pkce: bool = False, **more: Any
    ) -> Peer:
        service = Service()
        address = serve(service.app())
        with served.app.app_context():
            guardian = served.world.guardian()
            registered = served.world.relying_party(
                redirect_uris=[f"{address}/callback"],
                token_endpoint_auth_method=method,
                id_token_signed_response_alg=algorithm,
                require_pkce=pkce,
            )
        service.settings = {
            "SOCIAL_AUTH_OIDC_OIDC_ENDPOINT": served.issuer,
            "SOCIAL_AUTH_OIDC_KEY": registered.client_id,
            "SOCIAL_AUTH_OIDC_SECRET": registered.client_secret,
            "SOCIAL_AUTH_PIPELINE": PIPELINE,
            **({"SOCIAL_AUTH_OIDC_USE_PKCE": True} if pkce else {}),
            **more,
        }
        return Peer(address, Person(), guardian)

    return begin


def test_the_unconfigured_library_logs_a_person_in(start: Start) -> None:
    """Its defaults: RS256, no PKCE, whichever method the metadata names first."""
    login = start().logs_in()
    assert login["uid"] == login["id_token"]["sub"]
    assert login["details"]["fullname"] == "Claire Durand"
    assert login["details"]["email"] == "claire@example.org"


@pytest.mark.parametrize("registered", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize("sent", ["client_secret_basic", "client_secret_post"])
def test_a_secret_is_taken_in_the_header_or_the_body_whichever_is_registered(
    start: Start, registered: str, sent: str
) -> None:
    """RFC 6749 §2.3.1."""
    login = start(registered, SOCIAL_AUTH_OIDC_TOKEN_ENDPOINT_AUTH_METHOD=sent).logs_in()
    assert login["details"]["first_name"] == "Claire"


def test_pkce_and_another_algorithm_by_its_settings(start: Start) -> None:
    login = start(algorithm="ES256", pkce=True, SOCIAL_AUTH_OIDC_JWT_ALGORITHMS=["ES256"]).logs_in()
    assert login["details"]["last_name"] == "Durand"


def test_a_refresh_and_what_the_new_token_opens(start: Start) -> None:
    peer = start(SOCIAL_AUTH_OIDC_SCOPE=["offline_access"])
    sub = peer.logs_in()["uid"]
    assert peer.does("refresh") == {"access_token": True}
    assert peer.does("userinfo")["sub"] == sub


def test_a_second_login_is_silent_until_the_person_has_logged_out(served: Served, start: Start) -> None:
    """The library has no logout of its own: its person logs out at the provider."""
    peer = start()
    sub = peer.logs_in()["uid"]
    assert peer.does("login")["uid"] == sub
    peer.person.opens(f"{served.issuer}/logout").sees("Se déconnecter ?").fills(confirm="1")
    peer.person.opens(f"{peer.address}/login").sees("Connexion responsable")
    peer.person.fills(username=peer.guardian.username, password=peer.guardian.password)
    assert peer.shown()["uid"] == sub
