"""RP-Initiated Logout OP: a redirect only with a valid hint and a registered address (RP-Initiated Logout 1.0)."""

from urllib.parse import parse_qsl, urlsplit

from joserfc import jwt

from tests.conformance import checks, suite
from tests.conformance.registrations import BYE
from tests.conformance.suite import RelyingParty


def redirected(party: RelyingParty, **asked: str) -> str:
    """Log out; the address to which the browser is then sent, outside of the provider."""
    page = party.person.logs_out(**asked).page
    assert page is not None and page.status_code in (302, 303), page.text[:500]
    return page.headers["Location"]


def stays(party: RelyingParty, **asked: str) -> None:
    """Ask to be logged out with something that is wrong: a question or a page, and no way leads back."""
    person = party.person.logs_out(**asked)
    person.sees("Vous êtes déconnecté(e)")
    page = person.page
    assert page is not None and page.status_code == 200
    assert "Location" not in page.headers and "Refresh" not in page.headers
    assert "http-equiv" not in page.text and BYE not in page.text


def is_logged_out(party: RelyingParty) -> None:
    """OIDC Core §3.1.2.6."""
    assert party.asks(prompt="none") == []
    assert party.answer()["error"] == "login_required"


def test_rp_initiated_logout_discovery_endpoint_verification(party: RelyingParty) -> None:
    """§2.1."""
    address = party.metadata["end_session_endpoint"]
    assert address == f"{suite.ISSUER}/logout"
    assert party.app.test_client().get("/logout").status_code == 200


def test_rp_initiated_logout(party: RelyingParty) -> None:
    """§2, §3: the hint, a registered address and a state."""
    hint = party.logs_in().tokens["id_token"]
    location = redirected(party, id_token_hint=hint, post_logout_redirect_uri=BYE, state="a state & more")
    assert location.partition("?")[0] == BYE
    assert parse_qsl(urlsplit(location).query) == [("state", "a state & more")]
    is_logged_out(party)


def test_rp_initiated_logout_bad_post_logout_redirect_uri(party: RelyingParty) -> None:
    """§3: an address that was not registered is not followed. Here the person may still log out."""
    hint = party.logs_in().tokens["id_token"]
    for uri in ("https://suite.example/another", f"{BYE}/", "https://evil.example/"):
        stays(party, id_token_hint=hint, post_logout_redirect_uri=uri, state="s")
        is_logged_out(party)
        party.logs_in()


def test_rp_initiated_logout_modified_id_token_hint(party: RelyingParty) -> None:
    """§2: who takes the signature off a hint has shown nothing."""
    claims = party.logs_in().claims
    stays(party, id_token_hint=suite.unsigned(claims), post_logout_redirect_uri=BYE, state="s")
    is_logged_out(party)


def test_rp_initiated_logout_no_id_token_hint(party: RelyingParty) -> None:
    """§3: without one anybody could have written the link."""
    party.logs_in()
    stays(party, post_logout_redirect_uri=BYE, state="s")
    is_logged_out(party)


def test_rp_initiated_logout_no_params(party: RelyingParty) -> None:
    """§2: all of them are optional."""
    party.logs_in()
    stays(party)
    is_logged_out(party)


def test_rp_initiated_logout_no_post_logout_redirect_uri(party: RelyingParty) -> None:
    """§2: who is to be logged out is known, and nowhere to go."""
    stays(party, id_token_hint=party.logs_in().tokens["id_token"])
    is_logged_out(party)


def test_rp_initiated_logout_no_state(party: RelyingParty) -> None:
    """§3: without `state` the redirect has none."""
    hint = party.logs_in().tokens["id_token"]
    assert redirected(party, id_token_hint=hint, post_logout_redirect_uri=BYE) == BYE
    is_logged_out(party)


def test_rp_initiated_logout_only_state(party: RelyingParty) -> None:
    """§2: a state without an address goes nowhere."""
    party.logs_in()
    stays(party, state="s")
    is_logged_out(party)


def test_rp_initiated_logout_query_added_to_post_logout_redirect_uri(party: RelyingParty) -> None:
    """§3: the address is exactly the one that was registered."""
    hint = party.logs_in().tokens["id_token"]
    stays(party, id_token_hint=hint, post_logout_redirect_uri=f"{BYE}?foo=bar", state="s")
    is_logged_out(party)


def test_rp_initiated_logout_bad_id_token_hint(party: RelyingParty) -> None:
    """§2: signed by somebody else, with the name of the provider's key in its header."""
    login = party.logs_in()
    header = checks.header_of(login.tokens["id_token"])
    forged = jwt.encode(header, login.claims, suite.key("somebody else"), algorithms=[header["alg"]])
    assert checks.header_of(forged) == header
    stays(party, id_token_hint=forged, post_logout_redirect_uri=BYE, state="s")
    is_logged_out(party)
