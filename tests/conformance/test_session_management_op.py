"""Session OP: a relying party's page asks the provider's frame whether the session is the same (Session Management 1.0)."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Desk
from tests.conformance.suite import RelyingParty
from tests.conformance.window import open_for_business
from tests.conftest import Serve
from tests.peers.conftest import Served


def test_session_management_discovery_endpoint_verification(party: RelyingParty) -> None:
    """§3.3, RP-Initiated Logout §2.1."""
    for name in ("check_session_iframe", "end_session_endpoint"):
        response = party.app.test_client().get(party.metadata[name])
        assert (response.status_code, response.mimetype) == (200, "text/html"), name


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
