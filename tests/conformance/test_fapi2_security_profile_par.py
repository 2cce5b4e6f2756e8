"""FAPI 2.0 Security Profile, final: the modules about pushed requests (RFC 9126), their PKCE and their client assertions."""

from tests.actors.visitor import Visitor
from tests.actors.world import World
from tests.conformance.fapi_client import FapiClient, refused, shown
from tests.conformance.fapi_fixtures import MakeClient, browser_of
from tests.conftest import Clock


def test_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(
    client: FapiClient, contextless: World
) -> None:
    """In one browser: opened, left at its first page, opened once more and answered (FAPI 2.0 §5.3.2.2, note 3)."""
    uri, someone = client.pushed(), contextless.guardian("Nadia", "Petit")
    page = Visitor(client.app)
    page.opens(client.opens(uri, page.browser).headers["Location"]).sees("profile")
    page.opens(client.opens(uri, page.browser).headers["Location"])
    page.fills("profile=responsable").fills(username=someone.username, password=someone.password)
    assert page.page is not None
    assert client.redeem(client.answer(page.page)["code"]).status_code == 200


def test_a_request_uri_is_taken_to_another_browser_before_it_is_answered(
    client: FapiClient, contextless: World
) -> None:
    uri = client.pushed(prompt="login")
    someone, first, second = contextless.guardian("Nadia", "Petit"), Visitor(client.app), Visitor(client.app)
    first.opens(client.opens(uri, first.browser).headers["Location"]).sees("profile")
    second.opens(client.opens(uri, second.browser).headers["Location"])
    second.fills("profile=responsable").fills(username=someone.username, password=someone.password)
    assert second.page is not None and client.answer(second.page)["code"]


def test_par_attempt_reuse_request_uri(client: FapiClient, contextless: World) -> None:
    uri = client.pushed()
    assert client.answer(client.opens(uri))["code"]
    shown(client.opens(uri), "P07")
    shown(client.opens(uri, browser_of(contextless, contextless.guardian("Nadia"))), "P07")


def test_par_attempt_to_use_expired_request_uri(client: FapiClient, clock: Clock) -> None:
    response = client.push().get_json()
    clock.advance(response["expires_in"] + 1)
    shown(client.opens(response["request_uri"]), "P07")


def test_par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted(client: FapiClient) -> None:
    """iat moves with it; the whole way is open."""
    ahead = client.clock() + 8
    assert client.tokens(assertion={"iat": ahead, "nbf": ahead})["access_token"]


def test_par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails(client: FapiClient) -> None:
    """All its times move: the assertion of a clock that is wrong. Each of the two alone is enough."""
    ahead = client.clock() + 62
    for times in ({"iat": ahead, "nbf": ahead}, {"iat": ahead}, {"nbf": ahead}):
        refused(client.push(assertion={**times, "exp": ahead + 60}), "invalid_client")


def test_par_attempt_to_use_request_uri_for_different_client(make_client: MakeClient) -> None:
    client, second_client = make_client(), make_client()
    uri = client.pushed()
    shown(second_client.opens(uri), "P07")
    assert client.answer(client.opens(uri))["code"]


def test_par_authorization_request_containing_request_uri_form_param(client: FapiClient) -> None:
    """In the form itself, beside whatever is pushed (RFC 9126 §2.1)."""
    for uri in (client.pushed(), "urn:ietf:params:oauth:request_uri:made-up"):
        refused(client.calls("/par", {**client.form(), "request_uri": uri}), "invalid_request")


def test_par_attempt_invalid_http_method(client: FapiClient) -> None:
    for method in ("GET", "PUT", "DELETE"):
        response = client.app.test_client().open("/par", method=method)
        assert response.status_code == 405 and response.mimetype == "application/json"


def test_par_ensure_pkce_required(client: FapiClient) -> None:
    refused(client.push(code_challenge=None, code_challenge_method=None), "invalid_request")


def test_ensure_pkce_code_verifier_required(client: FapiClient) -> None:
    refused(client.redeem(client.code(), code_verifier=None), "invalid_grant")


def test_incorrect_pkce_code_verifier_rejected(client: FapiClient) -> None:
    refused(client.redeem(client.code(), code_verifier="z" * 50), "invalid_grant")


def test_par_plain_pkce_rejected(client: FapiClient) -> None:
    refused(client.push(code_challenge="z" * 43, code_challenge_method="plain"), "invalid_request")


def test_par_without_duplicate_parameters(client: FapiClient) -> None:
    """The browser brings client_id and request_uri alone."""
    query = {"client_id": client.client_id, "request_uri": client.pushed()}
    code = client.answer(client.browser.get("/authorize", query_string=query))["code"]
    assert client.redeem(code).status_code == 200


def test_par_test_array_as_audience_fails(client: FapiClient) -> None:
    issuer = client.issuer
    for aud in ([issuer], [issuer, "https://other.example"], [issuer, f"{issuer}/token"]):
        refused(client.push(assertion={"aud": aud}), "invalid_client")


def test_par_test_par_endpoint_url_as_audience_fails(client: FapiClient) -> None:
    refused(client.push(assertion={"aud": f"{client.issuer}/par"}), "invalid_client")


def test_par_test_token_endpoint_url_as_audience_fails(client: FapiClient) -> None:
    refused(client.push(assertion={"aud": f"{client.issuer}/token"}), "invalid_client")
