"""Front-Channel OP: the relying party is notified in the person's browser, by a frame (Front-Channel Logout 1.0)."""

import pytest

from tests.browser.conftest import Desk
from tests.conformance.suite import RelyingParty
from tests.conformance.window import open_for_business
from tests.conftest import Serve
from tests.peers.conftest import Served


def test_frontchannel_logout_discovery_endpoint_verification(party: RelyingParty) -> None:
    """§3."""
    assert party.metadata["frontchannel_logout_supported"] is True
    assert party.metadata["frontchannel_logout_session_supported"] is True


@pytest.mark.browser
def test_frontchannel_rp_initiated_logout(served: Served, serve: Serve, desk: Desk) -> None:
    """§2, §3: the frame is loaded with iss and sid, then the way back is gone; and the session is over."""
    party = open_for_business(served, serve, "frontchannel_logout_uri")
    page = desk.window()
    _, id_token = party.logs_in(page)
    assert party.front_channel_requests == []
    party.logs_out(page, id_token)
    assert party.front_channel_requests == [{"iss": served.issuer, "sid": party.claims(id_token)["sid"]}]
    party.is_logged_out(page)
