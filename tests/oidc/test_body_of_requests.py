"""How a request's method and body are read at the protocol's endpoints (RFC 6749 §3.2, RFC 9110 §9.3.2)."""

import pytest
from flask import Flask

from tests.actors.relying_party import REDIRECT, VERIFIER, RelyingParty, answer

FORM = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code_verifier": VERIFIER}


def test_a_multipart_token_request_is_refused_and_spends_nothing(portal: RelyingParty) -> None:
    code = portal.code()
    refused = portal.app.test_client().post(
        "/token",
        data={**FORM, "code": code},
        headers=portal.credentials,
        content_type="multipart/form-data",
    )
    assert (refused.status_code, refused.get_json()["error"]) == (400, "invalid_request")
    assert portal.redeem(code).status_code == 200


@pytest.mark.parametrize(
    "path", ["/token", "/revoke", "/introspect", "/par", "/device_authorization", "/userinfo"]
)
def test_no_machine_endpoint_takes_multipart(portal: RelyingParty, path: str) -> None:
    access_token = portal.tokens()["access_token"]
    form = {**portal.parameters(), **FORM, "token": access_token, "access_token": access_token}
    headers = {} if path == "/userinfo" else portal.credentials
    answered = portal.app.test_client().post(
        path, data=form, headers=headers, content_type="multipart/form-data"
    )
    assert (answered.status_code, answered.get_json()["error"]) == (400, "invalid_request")
    assert portal.introspect(access_token)["active"]


def test_head_at_the_authorization_endpoint_is_get_without_a_body(portal: RelyingParty) -> None:
    head = portal.browser.head("/authorize", query_string=portal.parameters())
    assert answer(head)["state"] == "the-state" and head.data == b""
    unknown = {"client_id": "nobody"}
    page = portal.browser.get("/authorize", query_string=unknown)
    head = portal.browser.head("/authorize", query_string=unknown)
    assert (head.status_code, head.data) == (page.status_code, b"")


def test_head_is_answered_as_get_on_every_route_without_arguments(app: Flask, portal: RelyingParty) -> None:
    paths = sorted(
        rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments
    )
    assert len(paths) > 40
    for path in paths:
        get = app.test_client().get(path)
        head = app.test_client().head(path)
        assert (head.status_code, head.data) == (get.status_code, b""), path
        assert ("Location" in head.headers) == ("Location" in get.headers), path
