"""Session OP: a relying party's page asks the provider's frame whether the session is the same (Session Management 1.0)."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Desk
from tests.conformance.fapi_client import FapiClient
from tests.conformance.suite import RelyingParty
from tests.conformance.window import open_for_business
from tests.conftest import Serve
from tests.peers.conftest import Served


def test_session_management_discovery_endpoint_verification(party: RelyingParty) -> None:
    """§3.3, RP-Initiated Logout §2.1."""
    for name in ("check_session_iframe", "end_session_endpoint"):
        response = party.app.test_client().get(party.metadata[name])
        assert (response.status_code, response.mimetype) == (200, "text/html"), name


@pytest.mark.settings(server={"issuer": "https://localhost"})
def test_under_https_the_cookie_goes_along_to_a_frame_in_another_sites_page(client: FapiClient) -> None:
    """§3.2, RFC 6265bis: without SameSite=None a browser keeps it from the frame, and takes that from Secure ones alone."""
    response = client.opens(client.pushed())
    assert client.answer(response)["session_state"]
    (cookie,) = [
        header for header in response.headers.getlist("Set-Cookie") if "state=" in header.partition(";")[0]
    ]
    name, attributes = cookie.partition("=")[0], {part.strip() for part in cookie.split(";")[1:]}
    assert name == "__Host-idp_state" and attributes == {"Secure", "SameSite=None", "Path=/"}
    frame = client.app.test_client().get("/check_session")
    assert f'data-cookie="{name}"' in frame.text and "X-Frame-Options" not in frame.headers
    assert "frame-ancestors 'none'" not in frame.headers["Content-Security-Policy"]


def says(page: Page, message: str) -> str:
    """The frame's answer to a message of the relying party's page."""
    return str(page.evaluate("message => ask(message)", message))


@pytest.mark.browser
def test_session_management_rp_initiated_logout(served: Served, serve: Serve, desk: Desk) -> None:
    """§2, §3: session_state comes with the code; the frame says unchanged before the logout and changed after."""
    party = open_for_business(served, serve)
    page = desk.window()
    answer, id_token = party.logs_in(page)
    assert re.fullmatch(r"[!-~]+", answer["session_state"])
    question = f"{party.registered['client_id']} {answer['session_state']}"
    watching = page.context.new_page()
    watching.goto(f"{party.address}/session")
    assert says(watching, question) == "unchanged"
    assert says(watching, f"another-client {answer['session_state']}") == "changed"
    assert says(watching, "nonsense") == "error"
    party.logs_out(page, id_token)
    assert says(watching, question) == "changed"
    party.is_logged_out(page)
