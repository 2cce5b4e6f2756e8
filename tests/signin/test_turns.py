"""The line of people who want to sign in: who waits, where, for how long, and that nobody else does."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from idp.database.engine import reading, transaction
from idp.turns import line, tickets
from idp.turns.line import Track
from idp.turns.rules.places import (
    ASKS_AGAIN,
    BEYOND_BUDGET,
    COUNTS_FOR,
    PASSWORDS,
    SECOND,
    TOLERANCE,
    Budget,
    Forecast,
    forecast,
    track_pace,
)
from idp.turns.storage import tracks
from tests.actors.relying_party import RelyingParty, answer, signed_in_browser
from tests.actors.visitor import Visitor
from tests.actors.world import World
from tests.applications import Loan
from tests.conftest import NOON, Clock
from tests.databases import lent
from tests.recorded import statements

WAITING = "Beaucoup de monde en ce moment"
LONG = 200
"""Seconds of a line that is long enough for a page."""


def fill(app: Flask, seconds: int = LONG) -> None:
    """People of other networks have taken the turns of the next `seconds`."""
    with app.app_context():
        now = app.extensions["clock"]()
        with transaction() as tx:
            tracks.keep_track(tx, app.extensions["track"].name, seconds * SECOND, now)
            tracks.take_turn(tx, now)
            # From here on, a turn a second.
            tracks.keep_track(tx, app.extensions["track"].name, SECOND, now)
        app.extensions["track"].renewed_at = now
        line.take("192.0.2.200", now)


class TestRules:
    @pytest.mark.parametrize(
        ("seconds", "expected"),
        [
            (0, Forecast(1, 0)),
            (1, Forecast(1, 0)),
            (59, Forecast(59, 0)),
            (60, Forecast(60, 0)),
            (61, Forecast(60, 2)),
            (600, Forecast(60, 10)),
        ],
    )
    def test_a_page_comes_back_at_the_turn_or_to_renew_the_expected_time(
        self, seconds: int, expected: Forecast
    ) -> None:
        assert forecast((NOON + seconds) * SECOND, NOON * SECOND) == expected
        assert expected.seconds <= ASKS_AGAIN

    def test_turns_come_a_little_faster_than_hashes_until_hashes_queue(self) -> None:
        assert track_pace(40, 0) == track_pace(40, 24) == 36
        assert track_pace(40, 25) == 44 and track_pace(40, 250) == 80
        assert track_pace(0.001, 0) == 1


@pytest.mark.both_engines
class TestTracks:
    def test_turns_are_in_the_order_of_arrival_over_all_processes(self, world: World) -> None:
        with transaction() as tx:
            tracks.keep_track(tx, "a", 1000, NOON)
            tracks.keep_track(tx, "b", 3000, NOON)
            turns = [tracks.take_turn(tx, NOON) for _ in range(8)]
        begun = NOON * SECOND
        assert [turn - begun for turn in turns if turn is not None] == [
            0,
            0,
            1000,
            2000,
            3000,
            3000,
            4000,
            5000,
        ]

    def test_a_process_that_has_ended_gets_no_newcomers_and_one_that_starts_again_continues(
        self, world: World
    ) -> None:
        with transaction() as tx:
            assert tracks.take_turn(tx, NOON) is None
            tracks.keep_track(tx, "a", 1000, NOON)
            tracks.keep_track(tx, "ended", 1000, NOON - tracks.ALIVE - 1)
            first = [tracks.take_turn(tx, NOON) for _ in range(3)]
            tracks.keep_track(tx, "a", 1000, NOON + 1)
            assert [tracks.take_turn(tx, NOON + 1) for _ in range(2)] == [
                (NOON + 3) * SECOND,
                (NOON + 4) * SECOND,
            ]
        assert first == [NOON * SECOND, (NOON + 1) * SECOND, (NOON + 2) * SECOND]

    def test_a_turn_of_a_clock_that_ran_ahead_is_not_waited_for(self, world: World) -> None:
        with transaction() as tx:
            tracks.keep_track(tx, "a", 1000, NOON + 10**6)
            tracks.take_turn(tx, NOON + 10**6)
            assert tracks.take_turn(tx, NOON) == NOON * SECOND

    def test_a_budget_is_a_burst_and_then_a_pace(self, world: World) -> None:
        budget = Budget(3, 2000)

        def within(now: int, bucket: str = "x" * 64) -> bool:
            with transaction() as tx:
                return tracks.is_within(tx, bucket, budget, now)

        assert [within(NOON) for _ in range(5)] == [True, True, True, False, False]
        assert [within(NOON + 2) for _ in range(2)] == [True, False]
        assert within(NOON, "y" * 64)
        with transaction() as tx:
            assert tracks.purge(tx, NOON + 60) == 2

    def test_a_place_is_used_once_and_only_when_its_turn_has_come(self, world: World) -> None:
        early = tickets.new_place(NOON * SECOND + TOLERANCE + 1, PASSWORDS)
        due = tickets.new_place(NOON * SECOND, PASSWORDS)
        assert not line.use(None, NOON) and not line.use(early, NOON)
        assert line.use(early, NOON + 1)
        assert line.use(due, NOON) and not line.use(due, NOON)
        late = tickets.new_place(NOON * SECOND, PASSWORDS)
        assert not line.use(late, NOON + COUNTS_FOR // SECOND)


class TestTickets:
    def test_a_ticket_cannot_be_forged(self, world: World) -> None:
        place = tickets.new_place(NOON * SECOND, PASSWORDS)
        assert tickets.read(place.ticket) == place
        for at in range(tickets.LENGTH):
            changed = "A" if place.ticket[at] != "A" else "B"
            assert tickets.read(place.ticket[:at] + changed + place.ticket[at + 1 :]) is None, at
        for wrong in (None, "", "é" * 48, "*" * 48, place.ticket[:-4], place.ticket + "AAAA"):
            assert tickets.read(wrong) is None

    def test_a_place_allows_a_few_passwords_and_then_none(self, world: World) -> None:
        place = tickets.new_place(NOON * SECOND, PASSWORDS)
        for left in range(PASSWORDS - 1, 0, -1):
            again = line.again(place, NOON)
            assert again is not None and again.passwords == left and again.ticket != place.ticket
            place = again
        assert line.again(place, NOON) is None
        unchecked = line.again(place, NOON, (NOON + 3) * SECOND)
        assert unchecked is not None and (unchecked.passwords, unchecked.turn) == (1, (NOON + 3) * SECOND)


@pytest.fixture
def portal(app: Flask, contextless: World, visitor: Visitor) -> RelyingParty:
    return RelyingParty(app, contextless.relying_party(), visitor.browser)


def asks(visitor: Visitor, portal: RelyingParty, **more: str) -> Visitor:
    """The visitor's browser at the address of the authorization request."""
    response = portal.authorize(acr_values="responsable", **more)
    visitor.page, visitor.path = response, response.request.path
    return visitor if response.status_code == 503 else visitor.opens(response.headers["Location"])


class TestWaiting:
    def test_the_first_request_waits_keeps_its_place_and_continues(
        self, app: Flask, contextless: World, visitor: Visitor, portal: RelyingParty, clock: Clock
    ) -> None:
        guardian = contextless.guardian()
        fill(app)
        asks(visitor, portal).sees(WAITING, "Vous êtes dans la file", "environ 4 minutes")
        assert visitor.page is not None and visitor.status == 503
        assert visitor.page.headers["Refresh"] == visitor.page.headers["Retry-After"] == "60"
        assert "default-src 'none'" in visitor.page.headers["Content-Security-Policy"]
        assert visitor.page.headers["Cache-Control"] == "no-store"
        ticket = visitor.browser.get_cookie("idp_place")
        assert ticket is not None and ticket.http_only
        for passed in (60, 60, 60):
            clock.advance(passed)
            asks(visitor, portal).sees(WAITING)
            cookie = visitor.browser.get_cookie("idp_place")
            assert cookie is not None and cookie.value == ticket.value
        visitor.sees("moins d'une minute".replace("'", "’"))
        clock.advance(LONG - 180 + 1)
        asks(visitor, portal).fills(username=guardian.username, password=guardian.password)
        assert "code" in answer(visitor.page)
        assert visitor.browser.get_cookie("idp_place") is None

    def test_who_comes_first_is_served_first(
        self, app: Flask, portal: RelyingParty, contextless: World
    ) -> None:
        fill(app)
        turns = []
        for _ in range(5):
            newcomer = RelyingParty(app, portal.registered, app.test_client())
            assert newcomer.authorize().status_code == 503
            ticket = newcomer.browser.get_cookie("idp_place")
            with app.app_context():
                place = tickets.read(ticket.value if ticket else None)
            assert place is not None
            turns.append(place.turn)
        assert turns == sorted(turns) and len(set(turns)) == 5

    @pytest.mark.parametrize("ticket", ["A" * 48, "short", ""])
    def test_a_forged_ticket_is_no_place(
        self, app: Flask, visitor: Visitor, portal: RelyingParty, ticket: str
    ) -> None:
        fill(app)
        visitor.browser.set_cookie("idp_place", ticket)
        asks(visitor, portal).sees(WAITING)
        cookie = visitor.browser.get_cookie("idp_place")
        assert cookie is not None and cookie.value != ticket

    def test_a_place_that_nobody_used_in_time_is_a_new_place_at_the_end(
        self, app: Flask, visitor: Visitor, portal: RelyingParty, clock: Clock
    ) -> None:
        fill(app)
        first = asks(visitor, portal).browser.get_cookie("idp_place")
        clock.advance(LONG + 1 + COUNTS_FOR // SECOND)
        fill(app)
        second = asks(visitor, portal).sees(WAITING).browser.get_cookie("idp_place")
        assert first is not None and second is not None and first.value != second.value

    def test_the_password_form_waits_too_for_who_came_another_way(
        self, app: Flask, visitor: Visitor, portal: RelyingParty, clock: Clock
    ) -> None:
        visitor.opens(portal.authorize(acr_values="responsable").headers["Location"]).sees("Se connecter")
        form = visitor.path
        fill(app)
        visitor.opens(form).sees(WAITING)
        clock.advance(LONG + 2)
        visitor.opens(form).sees("Se connecter")

    def test_a_wrong_password_does_not_lose_the_place(
        self, app: Flask, contextless: World, visitor: Visitor, portal: RelyingParty, clock: Clock
    ) -> None:
        guardian = contextless.guardian()
        fill(app)
        asks(visitor, portal)
        clock.advance(LONG + 2)
        asks(visitor, portal)
        fill(app)
        visitor.fills(username=guardian.username, password="not the password").sees("S01")
        visitor.opens(visitor.path).sees("Se connecter")
        visitor.fills(username=guardian.username, password=guardian.password)
        assert visitor.page is not None and "code" in answer(visitor.page)

    def test_a_network_that_has_used_its_budget_waits_without_a_place_and_another_has_one(
        self, app: Flask, portal: RelyingParty
    ) -> None:
        fill(app)

        def comes(address: str) -> tuple[int, str, bool]:
            browser = app.test_client()
            newcomer = RelyingParty(app, portal.registered, browser)
            browser.environ_base["REMOTE_ADDR"] = address
            response = newcomer.authorize()
            return response.status_code, response.headers["Refresh"], bool(browser.get_cookie("idp_place"))

        assert all(comes("203.0.113.9")[2] for _ in range(300)), "a school is one address"
        assert comes("203.0.113.9") == (503, str(BEYOND_BUDGET), False)
        assert comes("198.51.100.9")[2]

    def test_the_page_is_in_the_persons_language(self, app: Flask, portal: RelyingParty) -> None:
        fill(app)
        texts = {}
        for language in ("fr", "en"):
            browser = app.test_client()
            newcomer = RelyingParty(app, portal.registered, browser)
            browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
            texts[language] = newcomer.authorize().text
            assert f'<html lang="{language}">' in texts[language]
        assert "d’elle-même\N{NO-BREAK SPACE}: ne la fermez pas" in texts["fr"]
        assert (
            "Your turn comes in about 4 minutes." in texts["en"] and "\N{NO-BREAK SPACE}" not in texts["en"]
        )
        chosen = RelyingParty(app, portal.registered, app.test_client()).authorize(ui_locales="en fr").text
        assert "You are in the queue." in chosen

    def test_the_page_has_nothing_of_a_person_or_a_form(self, app: Flask, portal: RelyingParty) -> None:
        fill(app)
        first, second = (
            RelyingParty(app, portal.registered, app.test_client())
            .authorize(state=state, login_hint=f"{state}@example.org")
            .text
            for state in ("first-state", "other-state")
        )
        assert first == second and "csrf_token" not in first and "<form" not in first


class TestNobodyElse:
    def test_silent_answers_tokens_and_machines_do_not_wait(
        self, app: Flask, contextless: World, portal: RelyingParty
    ) -> None:
        guardian = contextless.guardian()
        with app.app_context():
            known = RelyingParty(
                app, portal.registered, signed_in_browser(World(app, contextless.clock), guardian)
            )
        fill(app)
        assert known.tokens()["id_token"]
        assert answer(portal.authorize(prompt="none"))["error"] == "login_required"
        assert answer(RelyingParty(app, portal.registered, app.test_client()).authorize(prompt="none"))[
            "error"
        ]
        for path in ("/jwks.json", "/.well-known/openid-configuration", "/help"):
            assert app.test_client().get(path).status_code == 200, path

    def test_the_line_closes_after_the_last_turn(
        self, app: Flask, portal: RelyingParty, clock: Clock
    ) -> None:
        fill(app)
        assert portal.authorize().status_code == 503
        clock.advance(LONG + 60)
        newcomer = RelyingParty(app, portal.registered, app.test_client())
        assert newcomer.authorize().status_code == 303
        assert newcomer.browser.get_cookie("idp_place") is None


class TestClosed:
    @pytest.fixture
    def database_url(self) -> Iterator[str]:
        """SQLite's driver reports its statements."""
        with lent("sqlite") as url:
            yield url

    def test_a_closed_line_costs_no_statement(self, app: Flask, portal: RelyingParty) -> None:
        portal.authorize()
        with statements(app) as executed:
            portal.authorize()
        assert [statement.split()[0] for statement in executed] == ["SELECT"], "the generation of the caches"

    def test_a_page_that_comes_back_early_costs_no_statement(self, app: Flask, portal: RelyingParty) -> None:
        fill(app)
        assert portal.authorize().status_code == 503
        with statements(app) as executed:
            assert portal.authorize().status_code == 503
        assert not executed


@pytest.fixture
def twice(database_url: str, clock: Clock) -> Iterator[tuple[Flask, Flask]]:
    """Two processes of one provider: what they share is the database."""
    from tests.applications import settings_for

    loans = [Loan(settings_for(database_url, server={"threads": threads}), clock) for threads in (7, 9)]
    for number, loan in enumerate(loans):
        loan.app.extensions["track"] = Track(loan.app.extensions["hashing"], str(number))
    yield loans[0].app, loans[1].app
    for loan in loans:
        loan.end()


@pytest.mark.both_engines
def test_a_line_that_one_process_opens_holds_in_the_other_and_after_a_restart(
    twice: tuple[Flask, Flask], clock: Clock
) -> None:
    first, second = twice
    with second.app_context():
        client = World(second, clock).relying_party()
        guardian = World(second, clock).guardian()
    # A process that takes part begins with no one in its track.
    fill(second)
    fill(first)
    second.extensions["connections"].line_until = 0
    visitor = Visitor(second)
    portal = RelyingParty(second, client, visitor.browser)
    # The other process reads of the line with its first request.
    portal.authorize(prompt="none")
    asks(visitor, portal).sees(WAITING)
    ticket = visitor.browser.get_cookie("idp_place")
    assert ticket is not None
    elsewhere = Visitor(first)
    elsewhere.browser.set_cookie("idp_place", ticket.value)
    there = RelyingParty(first, client, elsewhere.browser)
    asks(elsewhere, there).sees(WAITING)
    # A process that starts again knows of the line from the database alone.
    first.extensions["connections"].line_until = 0
    first.extensions["track"] = Track(first.extensions["hashing"], "0")
    there.authorize(prompt="none")
    asks(elsewhere, there).sees(WAITING)
    clock.advance(LONG + 2)
    asks(elsewhere, there).fills(username=guardian.username, password=guardian.password)
    assert elsewhere.page is not None and "code" in answer(elsewhere.page)


def test_the_waiting_page_names_no_account(app: Flask, contextless: World, portal: RelyingParty) -> None:
    contextless.guardian()
    fill(app)
    response = portal.authorize(login_hint="c.durand")
    assert not re.search(r"c\.durand", response.text)
    with app.app_context():
        assert reading().exec_driver_sql("SELECT count(*) FROM sign_in_tracks").scalar_one() == 1
