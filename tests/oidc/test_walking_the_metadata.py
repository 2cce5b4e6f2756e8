"""Discovery promises nothing that does not work: every value of our own metadata is used as a relying party would use it.

The values come from the served document; a member without a walk fails.
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
from idp.context import settings
from idp.database import transaction
from idp.oidc.registration import Registered
from idp.oidc.rules.client_metadata import AUTH_METHODS, DEVICE_CODE, SCOPES
from idp.oidc.rules.metadata_reader import MetadataFaults
from idp.people.storage.tables import Enrolment
from idp.signin import sessions
from tests.conformance.fapi_client import ISSUER, FapiClient, payload
from tests.conftest import Clock, fresh_database, settings_for
from tests.oidc.flow import REDIRECT, VERIFIER, RelyingParty, answer, signed_in_browser
from tests.oidc.test_devices import APP, Device
from tests.oidc.test_discovery import ADDRESSES, BOOLEANS
from tests.pages import forms_of
from tests.visitor import Visitor
from tests.world import Someone, World


@cache
def key_for(alg: str) -> Any:
    """A key of ours that signs with `alg`; one RSA key serves both ways of RSA."""
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


class Walk:
    """A guardian, a pupil and a head of whom everything is known; one house for all walks, for they change nothing in it."""

    def __init__(self, app: Flask, clock: Clock) -> None:
        self.app, self.clock, self.world = app, clock, World(app, clock)
        address = {"address": "1 rue des Lilas", "postal_code": "99000", "city": "Belleville"}
        with app.app_context():
            pupil = self.world.pupil(ine="123456789AB")
            guardian = self.world.guardian("Ana", "Costa", mobile="+33612345678", **address)
            self.world.family(guardian, pupil)
            self.people = {"responsable": guardian, "eleve": pupil, "personnel": self.world.staff()}
            with transaction() as tx:
                tx.execute(update(Enrolment).values(mef="10010012110"))
        self.said = dict(app.test_client().get("/.well-known/openid-configuration").get_json())

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
        """On the first page that somebody sees who is not signed in."""
        visitor = Visitor(self.app)
        return visitor._arrive(visitor.browser.get("/authorize", query_string=party.parameters(**asked)))


@pytest.fixture(scope="module")
def walk() -> Iterator[Walk]:
    clock = Clock()
    app = create_app(settings_for(fresh_database("sqlite")), clock)
    yield Walk(app, clock)
    with app.app_context():
        app.extensions["connections"].close()


def id_claims(tokens: dict[str, Any]) -> dict[str, Any]:
    return payload(tokens["id_token"])


def scope(walk: Walk, value: str) -> None:
    told = set()
    for party in walk.of_all.values():
        tokens = party.tokens(scope=f"openid {value}")
        assert set(tokens["scope"].split()) == {"openid", value}
        assert ("refresh_token" in tokens) == (value == "offline_access")
        told |= set(party.userinfo(tokens["access_token"]).get_json())
    assert told <= set(walk.said["claims_supported"])
    assert (told == {"sub"}) == (value in ("openid", "offline_access"))


def response_type(walk: Walk, value: str) -> None:
    assert set(answer(walk.party().authorize(response_type=value))) == {
        "code",
        "state",
        "iss",
        "session_state",
    }


def response_mode(walk: Walk, value: str) -> None:
    response = walk.party().authorize(response_mode=value)
    if value == "form_post":
        ((action, fields),) = forms_of(response.text)
        assert action == REDIRECT and {"code", "state", "iss"} <= set(fields)
        return
    sign = {"query": "?", "fragment": "#"}[value]
    where, _, said = response.headers["Location"].partition(sign)
    assert where == REDIRECT and "code=" in said


def grant_type(walk: Walk, value: str) -> None:
    if value == DEVICE_CODE:
        device = Device(RelyingParty(walk.app, walk.registers(**APP), walk.browser())).begins()
        Visitor(walk.app, device.party.browser).opens("/device").fills(
            user_code=device.shown["user_code"]
        ).fills("act=agree")
        assert device.asks().get_json()["access_token"]
        return
    party = walk.party(grant_types=list({"authorization_code", value}))
    tokens = party.tokens(scope="openid offline_access")
    if value == "refresh_token":
        tokens = party.refresh(tokens["refresh_token"]).get_json()
    assert party.userinfo(tokens["access_token"]).status_code == 200


def subject_type(walk: Walk, value: str) -> None:
    subs = []
    for host in ("portail", "autre"):
        redirect = f"https://{host}.example/cb"
        party = walk.party(subject_type=value, redirect_uris=[redirect])
        location = party.authorize(redirect_uri=redirect).headers["Location"]
        (code,) = re.findall(r"code=([^&]+)", location)
        subs.append(id_claims(party.redeem(code, redirect_uri=redirect).get_json())["sub"])
    assert len(set(subs)) == {"pairwise": 2, "public": 1}[value]


def id_token_alg(walk: Walk, value: str) -> None:
    token = walk.party(id_token_signed_response_alg=value).tokens()["id_token"]
    assert walk.verified(token, value)["iss"] == ISSUER


def userinfo_alg(walk: Walk, value: str) -> None:
    party = walk.party(userinfo_signed_response_alg=value)
    response = party.userinfo(party.tokens(scope="openid profile")["access_token"])
    assert response.mimetype == "application/jwt"
    assert walk.verified(response.text, value)["name"] == "Ana Costa"


def request_object_alg(walk: Walk, value: str) -> None:
    party = walk.signing(value, request_object_signing_alg=value)
    query = {"client_id": party.client_id, "request": party.request_object(state=value)}
    assert answer(party.browser.get("/authorize", query_string=query))["state"] == value


ENDPOINTS = {"token": "/token", "revocation": "/revoke", "introspection": "/introspect"}


def shows_who_it_is(walk: Walk, endpoint: str, method: str, alg: str = "ES256") -> bool:
    """Whether a client may, at this endpoint: it redeems a code, or revokes or looks at a token of its own."""
    signed = {"token_endpoint_auth_signing_alg": alg} if method == "private_key_jwt" else {}
    signer = walk.signing(alg, token_endpoint_auth_method=method, **signed)
    party = RelyingParty(walk.app, signer.registered, signer.browser)
    secret = {"client_id": party.client_id, "client_secret": party.registered.client_secret or ""}

    def posts(path: str, form: dict[str, str]) -> TestResponse:
        shown = {
            "client_secret_basic": dict,
            "client_secret_post": lambda: secret,
            "private_key_jwt": signer.credentials,
            "none": lambda: {"client_id": party.client_id},
        }[method]()
        headers = party.credentials if method == "client_secret_basic" else {}
        return walk.app.test_client().post(path, data={**form, **shown}, headers=headers)

    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    tokens = posts("/token", {**form, "code": party.code()}).get_json()
    if endpoint == "token":
        return "id_token" in tokens
    response = posts(ENDPOINTS[endpoint], {"token": tokens["access_token"]})
    if endpoint == "revocation":
        return response.status_code == 200 and party.userinfo(tokens["access_token"]).status_code == 401
    return bool(response.get_json().get("active"))


def shown_at(endpoint: str, by_alg: bool = False) -> Callable[[Walk, str], None]:
    def walked(walk: Walk, value: str) -> None:
        how = ("private_key_jwt", value) if by_alg else (value,)
        assert shows_who_it_is(walk, endpoint, *how)

    return walked


def code_challenge_method(walk: Walk, value: str) -> None:
    assert walk.party().tokens(code_challenge_method=value)["access_token"]


def dpop_alg(walk: Walk, value: str) -> None:
    party = walk.signing(value, token_endpoint_auth_method="private_key_jwt")
    query = party.parameters()
    tokens = party.redeem(answer(party.browser.get("/authorize", query_string=query))["code"], {}).get_json()
    assert tokens["token_type"] == "DPoP" and party.userinfo(tokens["access_token"]).status_code == 200


def prompt(walk: Walk, value: str) -> None:
    party = walk.party(first_party=False)
    Visitor(walk.app, party.browser)._arrive(party.authorize()).fills("act=agree")
    response = party.authorize(prompt=value)
    if value == "none":
        assert "code" in answer(response)
        return
    page = Visitor(walk.app, party.browser)._arrive(response).path.rpartition("/")[2]
    assert page in {"consent": ["consent"]}.get(value, ["profile", "sign_in"])


def display(walk: Walk, value: str) -> None:
    page = walk.stranger(walk.party(), display=value, acr_values="responsable")
    assert page.path.endswith("/sign_in") and page.status == 200


def acr(walk: Walk, value: str) -> None:
    for profile in walk.people:
        party = walk.party(profile)
        if value in walk.people and value != profile:
            said = answer(party.authorize(acr_values=value, prompt="none"))
            assert said["error"] == "account_selection_required"
        elif value == "eidas2":
            said = answer(party.authorize(acr_values=value, prompt="none"))
            assert said["error"] == "interaction_required", "a password alone is less"
            with walk.app.app_context():
                session = two_steps(walk.world, walk.people[profile])
            party.browser.set_cookie("idp_session", session)
            assert id_claims(party.tokens(acr_values=value))["acr"] == value
        else:
            assert id_claims(party.tokens(acr_values=value))["acr"] == value


def two_steps(world: World, someone: Someone) -> str:
    """The cookie of a session with a second factor."""
    with transaction() as tx:
        facts, lifetimes = world.facts(someone), settings().sessions
        return sessions.open_in(tx, facts, ("pwd", "otp", "mfa"), "", "", world.clock(), lifetimes)


def claim(walk: Walk, value: str) -> None:
    """Asked for by itself, somebody has it; what every token of ours says is there without asking."""
    asked = json.dumps({"id_token": {value: None}})
    told = (id_claims(party.tokens(claims=asked, scope="openid")) for party in walk.of_all.values())
    assert any(value in claims for claims in told)


def claim_type(walk: Walk, value: str) -> None:
    party = walk.party()
    said = party.userinfo(party.tokens(scope="openid profile")["access_token"]).get_json()
    assert value == "normal" and said["name"] and not {"_claim_names", "_claim_sources"} & set(said)


def ui_locale(walk: Walk, value: str) -> None:
    page = walk.stranger(walk.party(), ui_locales=value)
    assert f'<html lang="{value}"' in page.html


WALKS: dict[str, Callable[[Walk, str], None]] = {
    "scopes_supported": scope,
    "response_types_supported": response_type,
    "response_modes_supported": response_mode,
    "grant_types_supported": grant_type,
    "subject_types_supported": subject_type,
    "id_token_signing_alg_values_supported": id_token_alg,
    "userinfo_signing_alg_values_supported": userinfo_alg,
    "request_object_signing_alg_values_supported": request_object_alg,
    **{f"{one}_endpoint_auth_methods_supported": shown_at(one) for one in ENDPOINTS},
    **{f"{one}_endpoint_auth_signing_alg_values_supported": shown_at(one, by_alg=True) for one in ENDPOINTS},
    "code_challenge_methods_supported": code_challenge_method,
    "dpop_signing_alg_values_supported": dpop_alg,
    "prompt_values_supported": prompt,
    "display_values_supported": display,
    "acr_values_supported": acr,
    "claim_types_supported": claim_type,
    "claims_supported": claim,
    "ui_locales_supported": ui_locale,
}


@pytest.mark.parametrize("member", WALKS)
def test_every_value_works(walk: Walk, member: str) -> None:
    values = walk.said[member]
    assert isinstance(values, list) and values and len(values) == len(set(values))
    for value in values:
        try:
            WALKS[member](walk, value)
        except AssertionError as fault:
            raise AssertionError(f"{member}: {value}") from fault


def test_every_member_has_its_walk(walk: Walk) -> None:
    assert set(walk.said) == {"issuer", *WALKS, *ADDRESSES, *BOOLEANS}


def test_what_is_not_said_does_not_work(walk: Walk) -> None:
    """The other way round, where a value exists that a relying party could hope for."""
    for member in (
        "id_token_signed_response_alg",
        "userinfo_signed_response_alg",
        "request_object_signing_alg",
    ):
        for alg in ("none", "HS256", "RS512", "ES384"):
            with pytest.raises(MetadataFaults, match=member):
                walk.registers(**{member: alg})
    for endpoint in ENDPOINTS:
        for method in {*AUTH_METHODS} - {*walk.said[f"{endpoint}_endpoint_auth_methods_supported"]}:
            assert not shows_who_it_is(walk, endpoint, method), (endpoint, method)
    assert answer(walk.party().authorize(code_challenge_method="plain"))["error"] == "invalid_request"
