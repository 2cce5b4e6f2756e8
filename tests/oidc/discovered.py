"""A check of each member of the discovery document."""

import json
from collections.abc import Callable

from tests.actors.relying_party import RelyingParty, answer
from tests.actors.visitor import messages
from tests.actors.world import World
from tests.conformance.fapi_client import FapiClient, new_key, payload
from tests.outgoing.outside import Outside
from tests.pages import fields_of

ADDRESSES = {
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "pushed_authorization_request_endpoint",
    "device_authorization_endpoint",
    "revocation_endpoint",
    "introspection_endpoint",
    "registration_endpoint",
    "end_session_endpoint",
    "check_session_iframe",
    "service_documentation",
}
"""Members of the metadata that are addresses of ours."""


def parameter_claims(world: World, portal: RelyingParty) -> None:
    asked = json.dumps({"id_token": {"given_name": None}})
    assert payload(portal.tokens(claims=asked)["id_token"])["given_name"] == "Claire"


def signer_of(world: World, portal: RelyingParty, **members: object) -> FapiClient:
    key = new_key("k")
    made = world.relying_party(jwks={"keys": [key.as_dict(private=False)]}, **members)
    return FapiClient(portal.app, made.client_id, key, world.clock, portal.browser)


def parameter_request(world: World, portal: RelyingParty) -> None:
    signer = signer_of(world, portal)
    query = {"client_id": signer.client_id, "request": signer.request_object(state="inside")}
    assert answer(portal.browser.get("/authorize", query_string=query))["state"] == "inside"


def parameter_request_uri(world: World, portal: RelyingParty, outside: Outside) -> None:
    uri = f"{outside.address}/request"
    signer = signer_of(world, portal, request_uris=[uri])
    outside.body = signer.request_object(state="inside").encode()
    query = {"client_id": signer.client_id, "request_uri": uri}
    assert answer(portal.browser.get("/authorize", query_string=query))["state"] == "inside"


def request_uris_are_registered(world: World, portal: RelyingParty, outside: Outside) -> None:
    signer = signer_of(world, portal)
    outside.body = signer.request_object().encode()
    asked = {**signer.parameters(), "request_uri": f"{outside.address}/request"}
    assert answer(portal.browser.get("/authorize", query_string=asked))["error"] == "invalid_request_uri"
    assert outside.asked == []


def plain_requests_will_do(world: World, portal: RelyingParty) -> None:
    assert "code" in answer(portal.authorize())


def issuer_in_the_answer(world: World, portal: RelyingParty) -> None:
    for asked in ({}, {"prompt": "bogus"}):
        assert answer(portal.authorize(**asked))["iss"] == "http://localhost"


def logged_out(world: World, portal: RelyingParty, **members: str) -> tuple[str, str]:
    """(the session's id as the service knows it, the last page)."""
    portal.registered = world.relying_party(**members)
    sid = payload(portal.tokens()["id_token"])["sid"]
    page = portal.browser.post("/logout", data=fields_of(portal.browser.get("/logout").text))
    return str(sid), page.text


def back_channel_notice(world: World, portal: RelyingParty) -> None:
    sid, _ = logged_out(world, portal, backchannel_logout_uri="https://portail.example/logout-notice")
    assert [notice["sid"] for notice in messages(portal.app, "logout_notice")] == [sid]


def front_channel_notice(world: World, portal: RelyingParty) -> None:
    sid, page = logged_out(world, portal, frontchannel_logout_uri="https://portail.example/logout-notice")
    assert f"https://portail.example/logout-notice?iss=http%3A%2F%2Flocalhost&amp;sid={sid}" in page


BOOLEANS: dict[str, tuple[bool, Callable[..., None]]] = {
    "claims_parameter_supported": (True, parameter_claims),
    "request_parameter_supported": (True, parameter_request),
    "request_uri_parameter_supported": (True, parameter_request_uri),
    "require_request_uri_registration": (True, request_uris_are_registered),
    "require_pushed_authorization_requests": (False, plain_requests_will_do),
    "require_signed_request_object": (False, plain_requests_will_do),
    "authorization_response_iss_parameter_supported": (True, issuer_in_the_answer),
    "backchannel_logout_supported": (True, back_channel_notice),
    "backchannel_logout_session_supported": (True, back_channel_notice),
    "frontchannel_logout_supported": (True, front_channel_notice),
    "frontchannel_logout_session_supported": (True, front_channel_notice),
}
"""Every boolean of the supported specifications → its value, and the check of that value."""
