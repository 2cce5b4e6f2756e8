"""A waiting login is stored in its browser, sealed: in a cookie of its own path, for one id, one browser and an hour."""

import json
import secrets
from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from idp.crypto.opaque_tokens import TICKET_LENGTH, BadTicket, new_ticket, read_ticket
from tests.actors.relying_party import RelyingParty, answer, dispatcher_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import Clock

KEPT = "idp_login"
HOME = "https://portail.example/home"


@pytest.fixture
def guardian(contextless: World) -> Someone:
    return contextless.guardian()


@pytest.fixture
def portal(app: Flask, contextless: World) -> RelyingParty:
    return RelyingParty(app, contextless.relying_party(client_uri=HOME), app.test_client())


def begins(portal: RelyingParty, **changes: str) -> str:
    return portal.begins(acr_values="responsable", **changes)


def cookie_of(portal: RelyingParty, address: str) -> str:
    cookie = portal.browser.get_cookie(KEPT, path=address)
    assert cookie is not None
    return cookie.value


def finishes(portal: RelyingParty, address: str, someone: Someone) -> dict[str, str]:
    visitor = Visitor(portal.app, portal.browser).opens(address)
    visitor.fills(username=someone.username, password=someone.password)
    assert visitor.page is not None
    return answer(visitor.page)


def test_the_cookie_goes_to_the_pages_of_its_login_alone(portal: RelyingParty) -> None:
    response = portal.authorize(acr_values="responsable")
    address = dispatcher_of(response)
    [header] = [
        set_cookie for set_cookie in response.headers.getlist("Set-Cookie") if set_cookie.startswith(KEPT)
    ]
    assert f"Path={address};" in header + ";"
    assert "HttpOnly" in header and "SameSite=Lax" in header and "Max-Age=3600" in header
    assert len(address.removeprefix("/login/")) == TICKET_LENGTH
    assert len(header) < 4096


@pytest.mark.settings(server={"issuer": "https://idp.example", "mode": "production"})
def test_over_tls_the_cookie_is_secure_with_a_host_prefix(portal: RelyingParty) -> None:
    cookies = portal.authorize(acr_values="responsable").headers.getlist("Set-Cookie")
    [header] = [cookie for cookie in cookies if "idp_login" in cookie]
    assert header.startswith("__Secure-idp_login=") and "; Secure;" in header


def test_nothing_of_the_request_can_be_read_in_the_browser(portal: RelyingParty) -> None:
    address = begins(portal, state="a-state-that-is-a-secret")
    shown = cookie_of(portal, address) + address
    for secret in ("a-state-that-is-a-secret", portal.client_id, "portail.example"):
        assert secret not in shown


def test_thirty_tabs_wait_at_once_and_each_is_answered(portal: RelyingParty, guardian: Someone) -> None:
    addresses = [begins(portal, state=f"state-{number}") for number in range(30)]
    assert finishes(portal, addresses[7], guardian)["state"] == "state-7"
    for number, address in enumerate(addresses):
        if number != 7:
            response = portal.browser.get(address)
            assert answer(response)["state"] == f"state-{number}"
        assert "R04" in portal.browser.get(address).text, "and once"


def test_an_answered_login_is_not_answered_again_by_putting_its_cookie_back(
    portal: RelyingParty, guardian: Someone
) -> None:
    address = begins(portal)
    sealed = cookie_of(portal, address)
    finishes(portal, address, guardian)
    portal.browser.set_cookie(KEPT, sealed, path=address)
    assert "R04" in portal.browser.get(address).text


def test_a_cancelled_login_is_named_on_its_old_pages(portal: RelyingParty, guardian: Someone) -> None:
    address = begins(portal)
    visitor = Visitor(portal.app, portal.browser).opens(address)
    visitor.fills(username=guardian.username, password="wrong").sees("S01")
    token = portal.browser.post(
        f"{address}/cancel", data={"csrf_token": visitor.html.split('csrf_token" value="')[1].split('"')[0]}
    )
    assert answer(token)["error"] == "access_denied"
    again = portal.browser.get(address)
    assert again.status_code == 409 and "R04" in again.text and HOME in again.text


class TestForged:
    """Sealed texts of the provider, replayed or changed."""

    def refused(self, portal: RelyingParty, address: str, code: str) -> None:
        for path in (address, f"{address}/sign_in", f"{address}/profile"):
            response = portal.browser.get(path)
            assert code in response.text and response.status_code in (403, 404, 410), (path, response.status)

    def test_the_text_of_another_login(self, portal: RelyingParty) -> None:
        first, second = begins(portal, state="one"), begins(portal, state="two")
        portal.browser.set_cookie(KEPT, cookie_of(portal, first), path=second)
        self.refused(portal, second, "R01")

    def test_a_changed_text(self, portal: RelyingParty) -> None:
        address = begins(portal)
        sealed = cookie_of(portal, address)
        changed = sealed[:-10] + ("A" if sealed[-10] != "A" else "B") + sealed[-9:]
        portal.browser.set_cookie(KEPT, changed, path=address)
        self.refused(portal, address, "R01")

    @pytest.mark.parametrize("text", ["", "1.x.y", "nonsense", "\x7f", "1" * 4000])
    def test_nonsense(self, portal: RelyingParty, text: str) -> None:
        address = begins(portal)
        portal.browser.set_cookie(KEPT, text, path=address)
        self.refused(portal, address, "R01")

    def test_an_attackers_own_login_planted_in_another_browser(
        self, app: Flask, contextless: World, portal: RelyingParty
    ) -> None:
        """Login CSRF and session fixation: the login is worth nothing beside another browser's own id."""
        attacker = RelyingParty(app, portal.registered, app.test_client())
        address = begins(attacker)
        begins(portal)
        portal.browser.set_cookie(KEPT, cookie_of(attacker, address), path=address)
        self.refused(portal, address, "R02")

    def test_an_id_with_a_later_end(self, portal: RelyingParty) -> None:
        address = begins(portal)
        portal.browser.set_cookie(KEPT, cookie_of(portal, address), path="/")
        lengthened = address[:-30] + ("A" if address[-30] != "A" else "B") + address[-29:]
        assert portal.browser.get(lengthened).status_code in (403, 404, 410)


def test_a_waiting_login_expires_after_an_hour(portal: RelyingParty, clock: Clock) -> None:
    address = begins(portal)
    clock.advance(3599)
    assert portal.browser.get(address).status_code == 303
    clock.advance(1)
    assert "R01" in portal.browser.get(address).text


def test_a_registration_that_changed_meanwhile_is_the_one_that_counts(
    app: Flask, portal: RelyingParty
) -> None:
    from idp.database.engine import raise_generation, transaction
    from idp.oidc.storage.tables import ClientRow

    address = begins(portal)
    with app.app_context(), transaction() as tx:
        table = ClientRow.__table__
        row = tx.execute(table.select()).mappings().one()
        moved = row["metadata_json"].replace("https://portail.example/cb", "https://portail.example/moved")
        tx.execute(table.update().values(metadata_json=moved))  # type: ignore[attr-defined]
        raise_generation(tx)
    page = portal.browser.get(address)
    assert page.status_code == 400 and "P02" in page.text, "before a password is typed for nothing"


def test_a_long_request_waits_in_two_cookies(portal: RelyingParty, guardian: Someone) -> None:
    state = secrets.token_urlsafe(3000)
    address = begins(portal, state=state)
    pieces = [portal.browser.get_cookie(name, path=address) for name in (KEPT, f"{KEPT}_2")]
    assert all(piece is not None and len(piece.value) <= 3700 for piece in pieces)
    assert finishes(portal, address, guardian)["state"] == state


def test_a_request_too_long_for_a_cookie_is_an_error_for_its_service(portal: RelyingParty) -> None:
    form = portal.parameters(
        state=secrets.token_urlsafe(3000),
        claims=json.dumps({"userinfo": {"x": {"value": secrets.token_hex(3900)}}}),
    )
    response = portal.app.test_client().post("/authorize", data=form)
    assert answer(response)["error"] == "invalid_request"
    assert not any(KEPT in header for header in response.headers.getlist("Set-Cookie"))


def test_the_chosen_profile_is_of_one_tab(portal: RelyingParty) -> None:
    first, second = portal.begins(), portal.begins()
    visitor = Visitor(portal.app, portal.browser).opens(first).fills(profile="responsable")
    assert visitor.path == f"{first}/sign_in"
    assert visitor.opens(second).path == f"{second}/sign_in", "the browser remembers"


class TestTickets:
    KEY = b"a key of 32 bytes or thereabouts"

    def test_a_ticket_contains_its_expiry(self) -> None:
        ticket = new_ticket(self.KEY, "purpose", 2000)
        assert len(ticket) == TICKET_LENGTH
        assert read_ticket(self.KEY, "purpose", ticket, 1999) == 2000

    @pytest.mark.parametrize(
        ("change", "too_old"),
        [
            (lambda ticket: ticket, True),
            (lambda ticket: ticket[:-1], False),
            (lambda ticket: ticket + "AAAA", False),
            (lambda ticket: "é" * TICKET_LENGTH, False),
            (lambda ticket: "", False),
        ],
    )
    def test_faults(self, change: Callable[[str], str], too_old: bool) -> None:
        ticket = change(new_ticket(self.KEY, "purpose", 2000))
        with pytest.raises(BadTicket) as raised:
            read_ticket(self.KEY, "purpose", ticket, 2000)
        assert raised.value.too_old is too_old

    def test_another_purpose_or_key(self) -> None:
        ticket = new_ticket(self.KEY, "purpose", 2000)
        for key, purpose in ((self.KEY, "other"), (b"another key", "purpose")):
            with pytest.raises(BadTicket) as raised:
                read_ticket(key, purpose, ticket, 0)
            assert raised.value.too_old is None

    @given(st.integers(0, TICKET_LENGTH - 1), st.sampled_from("ABCDwxyz0189-_"))
    def test_no_character_can_be_changed(self, place: int, character: str) -> None:
        ticket = new_ticket(self.KEY, "purpose", 2000)
        changed = ticket[:place] + character + ticket[place + 1 :]
        if changed != ticket:
            with pytest.raises(BadTicket):
                read_ticket(self.KEY, "purpose", changed, 0)
