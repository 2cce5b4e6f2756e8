"""Every value of our metadata works as announced.

The values come from the served document; a member without a check fails.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from sqlalchemy import update
from werkzeug.test import TestResponse

from idp.app import create_app
from idp.database.engine import transaction
from idp.oidc.clients.registration import Registered
from idp.oidc.clients.rules.client_metadata import AUTH_METHODS, DEVICE_CODE
from idp.oidc.clients.rules.registered_members import SCOPES
from idp.people.storage.tables import Enrolment
from idp.runtime.context import settings
from idp.services.rules.registration_reader import MetadataFaults
from idp.signin import sessions
from tests.actors.device import APP, Device
from tests.actors.relying_party import REDIRECT, VERIFIER, RelyingParty, answer, signed_in_browser
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conformance.fapi_client import ISSUER, FapiClient, payload
from tests.conftest import Clock, fresh_database, settings_for
from tests.oidc.discovered import ADDRESSES, BOOLEANS
from tests.pages import forms_of


@cache
def key_for(alg: str) -> Any:
    """A key of ours that signs with `alg`; one RSA key is used for both RSA algorithms."""
    if alg == "RS256":
        return RSAKey.generate_key(2048, {"kid": "rsa"})
    return key_for("RS256") if alg == "PS256" else _MAKERS[alg]()


_MAKERS: dict[str, Callable[[], Any]] = {
    "ES256": lambda: ECKey.generate_key("P-256", {"kid": "ec"}),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519", {"kid": "okp"}),
}


class Signing(FapiClient):
    """A client that signs whatever it signs with one algorithm."""

    alg = ""  # type: ignore[assignment]
    registered: Registered

    def proof(self, path: str, method: str = "POST", token: str | None = None, **changes: Any) -> str:
        return super().proof(path, method, token, **changes, _header={"alg": self.alg})


class Setup:
    """A guardian, a pupil and a head of whom everything is known; one application for all checks, which do not change it."""

    def __init__(self, app: Flask, clock: Clock) -> None:
        self.app, self.clock, self.world = app, clock, World(app, clock)
        address = {"address": "1 rue des Lilas", "postal_code": "99000", "city": "Belleville"}
        with app.app_context():
            pupil = self.world.pupil(ine="123456789AB")
            guardian = self.world.guardian("Ana", "Costa", mobile="+33612345678", language="fr", **address)
            self.world.family(guardian, pupil)
            self.people = {"responsable": guardian, "eleve": pupil, "personnel": self.world.staff()}
            with transaction() as tx:
                tx.execute(update(Enrolment).values(mef="10010012110"))
        self.metadata = dict(app.test_client().get("/.well-known/openid-configuration").get_json())

    @cached_property
    def of_all(self) -> dict[str, RelyingParty]:
        """A service with every scope, and each of the people."""
        return {profile: self.party(profile, scope=" ".join(SCOPES)) for profile in self.people}

    def browser(self, profile: str = "responsable") -> FlaskClient:
        with self.app.app_context():
            return signed_in_browser(self.world, self.people[profile])

    def registers(self, **members: Any) -> Registered:
        with self.app.app_context():
            return self.world.relying_party(**members)

    def party(self, profile: str = "responsable", **members: Any) -> RelyingParty:
        return RelyingParty(self.app, self.registers(**members), self.browser(profile))

    def signing(self, alg: str, **members: Any) -> Signing:
        keys = {"keys": [key_for(alg).as_dict(private=False)]}
        made = self.registers(jwks=keys, **members)
        signer = Signing(self.app, made.client_id, key_for(alg), self.clock, self.browser())
        signer.alg, signer.dpop_key, signer.registered = alg, key_for(alg), made  # type: ignore[misc]
        return signer

    def verified(self, token: str, alg: str) -> dict[str, Any]:
        """The claims of a JWT of ours that is signed with `alg` and no other."""
        keys = KeySet.import_key_set(self.app.test_client().get("/jwks.json").get_json())
        return dict(jwt.decode(token, keys, algorithms=[alg]).claims)

    def stranger(self, party: RelyingParty, **asked: str) -> Visitor:
        """On the first page of a person without a session."""
        visitor = Visitor(self.app)
        return visitor._arrive(visitor.browser.get("/authorize", query_string=party.parameters(**asked)))


@pytest.fixture(scope="module")
def setup() -> Iterator[Setup]:
    clock = Clock()
    app = create_app(settings_for(fresh_database("sqlite")), clock)
    yield Setup(app, clock)
    with app.app_context():
        app.extensions["connections"].close()


def id_claims(tokens: dict[str, Any]) -> dict[str, Any]:
    return payload(tokens["id_token"])


def scope(setup: Setup, value: str) -> None:
    released = set()
    for party in setup.of_all.values():
        tokens = party.tokens(scope=f"openid {value}")
        assert set(tokens["scope"].split()) == {"openid", value}
        assert ("refresh_token" in tokens) == (value == "offline_access")
        released |= set(party.userinfo(tokens["access_token"]).get_json())
    assert released <= set(setup.metadata["claims_supported"])
    assert (released == {"sub"}) == (value in ("openid", "offline_access"))


def response_type(setup: Setup, value: str) -> None:
    assert set(answer(setup.party().authorize(response_type=value))) == {
        "code",
        "state",
        "iss",
        "session_state",
    }


def response_mode(setup: Setup, value: str) -> None:
    response = setup.party().authorize(response_mode=value)
    if value == "form_post":
        ((action, fields),) = forms_of(response.text)
        assert action == REDIRECT and {"code", "state", "iss"} <= set(fields)
        return
    sign = {"query": "?", "fragment": "#"}[value]
    where, _, parameters = response.headers["Location"].partition(sign)
    assert where == REDIRECT and "code=" in parameters


def grant_type(setup: Setup, value: str) -> None:
    if value == DEVICE_CODE:
        device = Device(RelyingParty(setup.app, setup.registers(**APP), setup.browser())).begins()
        Visitor(setup.app, device.party.browser).opens("/device").fills(
            user_code=device.shown["user_code"]
        ).fills("act=agree")
        assert device.asks().get_json()["access_token"]
        return
    party = setup.party(grant_types=list({"authorization_code", value}))
    tokens = party.tokens(scope="openid offline_access")
    if value == "refresh_token":
        tokens = party.refresh(tokens["refresh_token"]).get_json()
    assert party.userinfo(tokens["access_token"]).status_code == 200


def subject_type(setup: Setup, value: str) -> None:
    subs = []
    for host in ("portail", "autre"):
        redirect = f"https://{host}.example/cb"
        party = setup.party(subject_type=value, redirect_uris=[redirect])
        location = party.authorize(redirect_uri=redirect).headers["Location"]
        (code,) = re.findall(r"code=([^&]+)", location)
        subs.append(id_claims(party.redeem(code, redirect_uri=redirect).get_json())["sub"])
    assert len(set(subs)) == {"pairwise": 2, "public": 1}[value]


def id_token_alg(setup: Setup, value: str) -> None:
    token = setup.party(id_token_signed_response_alg=value).tokens()["id_token"]
    assert setup.verified(token, value)["iss"] == ISSUER


def userinfo_alg(setup: Setup, value: str) -> None:
    party = setup.party(userinfo_signed_response_alg=value)
    response = party.userinfo(party.tokens(scope="openid profile")["access_token"])
    assert response.mimetype == "application/jwt"
    assert setup.verified(response.text, value)["name"] == "Ana Costa"


def request_object_alg(setup: Setup, value: str) -> None:
    party = setup.signing(value, request_object_signing_alg=value)
    query = {"client_id": party.client_id, "request": party.request_object(state=value)}
    assert answer(party.browser.get("/authorize", query_string=query))["state"] == value


ENDPOINTS = {"token": "/token", "revocation": "/revoke", "introspection": "/introspect"}


def shows_who_it_is(setup: Setup, endpoint: str, method: str, alg: str = "ES256") -> bool:
    """Whether a client may, at this endpoint: it redeems a code, or revokes or looks at a token of its own."""
    signed = {"token_endpoint_auth_signing_alg": alg} if method == "private_key_jwt" else {}
    signer = setup.signing(alg, token_endpoint_auth_method=method, **signed)
    party = RelyingParty(setup.app, signer.registered, signer.browser)
    secret = {"client_id": party.client_id, "client_secret": party.registered.client_secret or ""}

    def posts(path: str, form: dict[str, str]) -> TestResponse:
        shown = {
            "client_secret_basic": dict,
            "client_secret_post": lambda: secret,
            "private_key_jwt": signer.credentials,
            "none": lambda: {"client_id": party.client_id},
        }[method]()
        headers = party.credentials if method == "client_secret_basic" else {}
        return setup.app.test_client().post(path, data={**form, **shown}, headers=headers)

    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    tokens = posts("/token", {**form, "code": party.code()}).get_json()
    if endpoint == "token":
        return "id_token" in tokens
    response = posts(ENDPOINTS[endpoint], {"token": tokens["access_token"]})
    if endpoint == "revocation":
        return response.status_code == 200 and party.userinfo(tokens["access_token"]).status_code == 401
    return bool(response.get_json().get("active"))


def shown_at(endpoint: str, by_alg: bool = False) -> Callable[[Setup, str], None]:
    def check(setup: Setup, value: str) -> None:
        how = ("private_key_jwt", value) if by_alg else (value,)
        assert shows_who_it_is(setup, endpoint, *how)

    return check


def code_challenge_method(setup: Setup, value: str) -> None:
    assert setup.party().tokens(code_challenge_method=value)["access_token"]


def dpop_alg(setup: Setup, value: str) -> None:
    party = setup.signing(value, token_endpoint_auth_method="private_key_jwt")
    query = party.parameters()
    tokens = party.redeem(answer(party.browser.get("/authorize", query_string=query))["code"], {}).get_json()
    assert tokens["token_type"] == "DPoP" and party.userinfo(tokens["access_token"]).status_code == 200


def prompt(setup: Setup, value: str) -> None:
    party = setup.party(first_party=False)
    Visitor(setup.app, party.browser)._arrive(party.authorize()).fills("act=agree")
    response = party.authorize(prompt=value)
    if value == "none":
        assert "code" in answer(response)
        return
    page = Visitor(setup.app, party.browser)._arrive(response).path.rpartition("/")[2]
    assert page in {"consent": ["consent"]}.get(value, ["profile", "sign_in"])


def display(setup: Setup, value: str) -> None:
    page = setup.stranger(setup.party(), display=value, acr_values="responsable")
    assert page.path.endswith("/sign_in") and page.status == 200


def acr(setup: Setup, value: str) -> None:
    for profile in setup.people:
        party = setup.party(profile)
        if value in setup.people and value != profile:
            returned = answer(party.authorize(acr_values=value, prompt="none"))
            assert returned["error"] == "account_selection_required"
        elif value == "eidas2":
            returned = answer(party.authorize(acr_values=value, prompt="none"))
            assert returned["error"] == "interaction_required", "a password alone is less"
            with setup.app.app_context():
                session = two_steps(setup.world, setup.people[profile])
            party.browser.set_cookie("idp_session", session)
            assert id_claims(party.tokens(acr_values=value))["acr"] == value
        else:
            assert id_claims(party.tokens(acr_values=value))["acr"] == value


def two_steps(world: World, someone: Someone) -> str:
    """The cookie of a session with a second factor."""
    with transaction() as tx:
        facts, lifetimes = world.facts(someone), settings().sessions
        return sessions.open_in(tx, facts, ("pwd", "otp", "mfa"), "", "", world.clock(), lifetimes)


def claim(setup: Setup, value: str) -> None:
    """Requested individually, some person has it; claims of every token are present without a request."""
    asked = json.dumps({"id_token": {value: None}})
    released = (id_claims(party.tokens(claims=asked, scope="openid")) for party in setup.of_all.values())
    assert any(value in claims for claims in released)


def claim_type(setup: Setup, value: str) -> None:
    party = setup.party()
    userinfo = party.userinfo(party.tokens(scope="openid profile")["access_token"]).get_json()
    assert value == "normal" and userinfo["name"] and not {"_claim_names", "_claim_sources"} & set(userinfo)


def ui_locale(setup: Setup, value: str) -> None:
    page = setup.stranger(setup.party(), ui_locales=value)
    assert f'<html lang="{value}"' in page.html


CHECKS: dict[str, Callable[[Setup, str], None]] = {
    "scopes_supported": scope,
    "response_types_supported": response_type,
    "response_modes_supported": response_mode,
    "grant_types_supported": grant_type,
    "subject_types_supported": subject_type,
    "id_token_signing_alg_values_supported": id_token_alg,
    "userinfo_signing_alg_values_supported": userinfo_alg,
    "request_object_signing_alg_values_supported": request_object_alg,
    **{f"{endpoint}_endpoint_auth_methods_supported": shown_at(endpoint) for endpoint in ENDPOINTS},
    **{
        f"{endpoint}_endpoint_auth_signing_alg_values_supported": shown_at(endpoint, by_alg=True)
        for endpoint in ENDPOINTS
    },
    "code_challenge_methods_supported": code_challenge_method,
    "dpop_signing_alg_values_supported": dpop_alg,
    "prompt_values_supported": prompt,
    "display_values_supported": display,
    "acr_values_supported": acr,
    "claim_types_supported": claim_type,
    "claims_supported": claim,
    "ui_locales_supported": ui_locale,
}


@pytest.mark.parametrize("member", CHECKS)
def test_every_value_works(setup: Setup, member: str) -> None:
    values = setup.metadata[member]
    assert isinstance(values, list) and values and len(values) == len(set(values))
    for value in values:
        try:
            CHECKS[member](setup, value)
        except AssertionError as fault:
            raise AssertionError(f"{member}: {value}") from fault


def test_every_member_has_its_check(setup: Setup) -> None:
    assert set(setup.metadata) == {"issuer", *CHECKS, *ADDRESSES, *BOOLEANS}


def test_values_outside_the_metadata_are_refused(setup: Setup) -> None:
    """The other way round, where a value exists that a relying party could hope for."""
    for member in (
        "id_token_signed_response_alg",
        "userinfo_signed_response_alg",
        "request_object_signing_alg",
    ):
        for alg in ("none", "HS256", "RS512", "ES384"):
            with pytest.raises(MetadataFaults, match=member):
                setup.registers(**{member: alg})
    for endpoint in ENDPOINTS:
        for method in {*AUTH_METHODS} - {*setup.metadata[f"{endpoint}_endpoint_auth_methods_supported"]}:
            assert not shows_who_it_is(setup, endpoint, method), (endpoint, method)
    assert answer(setup.party().authorize(code_challenge_method="plain"))["error"] == "invalid_request"
