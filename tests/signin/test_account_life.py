"""An account after its first login: new devices, locks, campaigns, expired letters, rate limits."""

import gzip
import re

import pytest
from flask import Flask

from idp.accounts import close, lock, reset
from idp.letters import issue
from idp.people import campaigns
from idp.people.accounts import find
from idp.refusals import Refusal
from idp.signin.authentication import sign_in
from idp.worker.housekeeping import housekeeping
from tests.actors.relying_party import RelyingParty
from tests.actors.sign_in import through_sign_in
from tests.actors.visitor import Visitor, messages
from tests.actors.world import PROVISIONAL, Someone, World
from tests.conftest import Clock

CHECKED = {"new_device_check": True}
NEW = "Poires-Vertes-1848"


def subjects_of_mails(app: Flask) -> list[str]:
    return [mail["facts"]["subject"] for mail in messages(app, "mail") if mail["template"] == "notice"]


@pytest.fixture
def guardian(contextless: World) -> Someone:
    guardian = contextless.guardian(username="c.durand")
    contextless.family(guardian, contextless.pupil("Léa", birth_date="2014-05-06"))
    return guardian


@pytest.mark.settings(signin=CHECKED)
class TestNewDevice:
    def test_a_birth_date_once_a_browser(self, app: Flask, visitor: Visitor, guardian: Someone) -> None:
        through_sign_in(visitor, guardian).sees("Est-ce bien vous")
        visitor.fills(day="1", month="1", year="2000").sees("A02")
        visitor.fills(day="6", month="5", year="2014").sees("Mes informations")
        visitor.opens("/logout").fills(confirm="1")
        through_sign_in(visitor, guardian).sees("Mes informations")
        assert subjects_of_mails(app) == [], "the first device of all is no news"
        through_sign_in(Visitor(app), guardian).sees("Est-ce bien vous")
        assert subjects_of_mails(app) == ["Connexion depuis un nouvel appareil"]

    def test_no_service_gets_a_code_before(
        self, app: Flask, contextless: World, visitor: Visitor, guardian: Someone
    ) -> None:
        through_sign_in(visitor, guardian)
        portal = RelyingParty(app, contextless.relying_party(), visitor.browser)
        assert "interaction_required" in portal.authorize(prompt="none").headers["Location"]

    def test_three_tries_in_all_browsers_together(
        self, app: Flask, visitor: Visitor, guardian: Someone
    ) -> None:
        for code in ("A02", "A02", "A03"):
            page = through_sign_in(Visitor(app), guardian)
            page.fills(day="1", month="1", year="2000").sees(code)
        through_sign_in(visitor, guardian).fills(day="6", month="5", year="2014").sees("A03")

    def test_the_first_login_makes_its_browser_known(self, contextless: World, visitor: Visitor) -> None:
        new = contextless.guardian("Anne", state="notified")
        contextless.family(new, contextless.pupil("Tom", birth_date="2012-07-08"))
        through_sign_in(visitor, new, PROVISIONAL).fills(password=NEW, again=NEW)
        visitor.fills(mail="anne@example.org", day="8", month="7", year="2012")
        visitor.fills(code=messages(visitor.app, "mail")[-1]["facts"]["code"]).sees("Mes informations")
        visitor.opens("/logout").fills(confirm="1")
        through_sign_in(visitor, new, NEW).sees("Mes informations")

    def test_an_account_without_a_birth_date_is_not_asked(self, contextless: World, visitor: Visitor) -> None:
        through_sign_in(visitor, contextless.guardian("Anne")).sees("Mes informations")

    def test_the_link_not_me_locks_the_account(
        self, app: Flask, contextless: World, visitor: Visitor, guardian: Someone
    ) -> None:
        through_sign_in(visitor, guardian).fills(day="6", month="5", year="2014")
        thief = through_sign_in(Visitor(app), guardian)
        link = messages(app, "mail")[-1]["facts"]["link"].removeprefix("http://localhost")
        Visitor(app).opens(link).fills().sees("verrouillé")
        assert contextless.facts(guardian).state == "locked"
        thief.fills(day="6", month="5", year="2014")
        assert "Mes informations" not in thief.html


class TestLocks:
    def test_a_known_device_has_its_own_budget(self, app: Flask, visitor: Visitor, guardian: Someone) -> None:
        through_sign_in(visitor, guardian).opens("/logout").fills(confirm="1")
        for _ in range(6):
            through_sign_in(Visitor(app), guardian, "wrong")
        through_sign_in(Visitor(app), guardian).sees("S02")
        through_sign_in(visitor, guardian).sees("Mes informations")

    def test_the_limit_of_a_known_device_is_enforced(
        self, app: Flask, visitor: Visitor, guardian: Someone
    ) -> None:
        through_sign_in(visitor, guardian).opens("/logout").fills(confirm="1")
        for _ in range(5):
            through_sign_in(visitor, guardian, "wrong").sees("S01")
        through_sign_in(visitor, guardian).sees("S02")
        through_sign_in(Visitor(app), guardian).sees("Mes informations")

    @pytest.mark.settings(throttling={"per_network": 8, "per_address": 100})
    def test_a_network_has_a_budget_beyond_its_addresses(self, app: Flask, guardian: Someone) -> None:
        now = app.extensions["clock"]()
        codes = []
        with app.app_context():
            for number in range(10):
                with pytest.raises(Refusal) as refused:
                    sign_in(f"n{number}", "wrong", f"192.0.2.{number}", "", now)
                codes.append(refused.value.code)
            assert sign_in("c.durand", guardian.password, "198.51.100.1", "", now)
            with pytest.raises(Refusal, match="S05"):
                sign_in("c.durand", guardian.password, "192.0.2.200", "", now)
        assert codes == ["S01"] * 8 + ["S05"] * 2

    def test_counters_are_in_the_database_and_shared(
        self, app: Flask, guardian: Someone, clock: Clock
    ) -> None:
        from idp.app import create_app

        second_worker = create_app(app.extensions["settings"], clock)
        for turn in range(5):
            with (app, second_worker)[turn % 2].app_context(), pytest.raises(Refusal, match="S01"):
                sign_in("c.durand", "wrong", "192.0.2.1", "", clock())
        with second_worker.app_context():
            with pytest.raises(Refusal, match="S02"):
                sign_in("c.durand", guardian.password, "192.0.2.1", "", clock())
            second_worker.extensions["connections"].close()


class TestAdministrators:
    def test_lock_and_unlock(
        self, app: Flask, contextless: World, visitor: Visitor, guardian: Someone
    ) -> None:
        through_sign_in(visitor, guardian)
        with app.app_context():
            lock.lock(find("C.Durand"), "test", app.extensions["clock"]())
        assert "Mes informations" not in visitor.opens("/account").html
        through_sign_in(Visitor(app), guardian).sees("S08")
        with app.app_context():
            lock.unlock(find("c.durand"), "test", app.extensions["clock"]())
        through_sign_in(Visitor(app), guardian).sees("Mes informations")
        assert "Votre compte est verrouillé" in subjects_of_mails(app)

    def test_a_closed_account_stays_closed(self, app: Flask, contextless: World, guardian: Someone) -> None:
        with app.app_context():
            close.close(find("c.durand"), "test", app.extensions["clock"]())
            assert not close.close(find("c.durand"), "test", app.extensions["clock"]()), "done already"
            with pytest.raises(Refusal, match="K09"):
                lock.lock(find("c.durand"), "test", app.extensions["clock"]())
            lock.unlock(find("c.durand"), "test", app.extensions["clock"]())
        assert contextless.facts(guardian).state == "closed"


class TestCampaign:
    def test_a_campaign_includes_older_passwords_only(
        self, app: Flask, contextless: World, clock: Clock
    ) -> None:
        school = contextless.school()
        asked = contextless.pupil("Léa", password_changed_at=clock() - 100)
        recent = contextless.pupil("Tom", password_changed_at=clock() - 10)
        never = contextless.pupil("Zoé", state="notified")
        other_kind = contextless.staff()
        elsewhere = contextless.pupil("Max", password_changed_at=1, school=contextless.school("0990002P"))
        assert school
        with app.app_context():
            count = campaigns.ask_renewal("0990001N", ["pupil"], clock() - 50, "test", clock())
        assert count == 1
        owing = [
            account
            for account in (asked, recent, other_kind, elsewhere)
            if contextless.facts(account).owes_password
        ]
        assert owing == [asked]
        assert contextless.facts(never).renewal_asked_at is None

    def test_the_next_login_asks_for_a_new_password(
        self, app: Flask, contextless: World, visitor: Visitor, guardian: Someone, clock: Clock
    ) -> None:
        clock.advance(10)
        with app.app_context():
            assert campaigns.ask_renewal("0990001N", campaigns.KINDS, clock(), "test", clock()) >= 1
        through_sign_in(visitor, guardian).sees("L’établissement vous demande d’en choisir un nouveau")
        visitor.fills(password=NEW, again=NEW).sees("Mes informations")
        visitor.opens("/logout").fills(confirm="1")
        through_sign_in(visitor, guardian, NEW).sees("Mes informations")


class TestLetters:
    def test_a_letter_expires_after_ninety_days(
        self, app: Flask, contextless: World, visitor: Visitor, clock: Clock
    ) -> None:
        new = contextless.guardian("Anne", state="notified")
        clock.advance(90 * 86400 - 1)
        with app.app_context():
            housekeeping(clock())
        assert contextless.facts(new).state == "notified"
        clock.advance(1)
        with app.app_context():
            housekeeping(clock())
        assert contextless.facts(new).state == "expired"
        through_sign_in(visitor, new, PROVISIONAL).sees("S03")
        with app.app_context():
            (letter,) = issue.issue_letters([new.account], clock(), "test")
        through_sign_in(Visitor(app), new, letter.password).sees("Choisissez votre mot de passe")

    def test_its_qr_code_opens_the_sign_in_page_filled_in(
        self, app: Flask, contextless: World, visitor: Visitor
    ) -> None:
        new = contextless.guardian("Anne", state="created")
        with app.app_context():
            (letter,) = issue.issue_letters([new.account], app.extensions["clock"](), "test")
            assert "<svg" in letter.qr_code and letter.password not in letter.address
            address = letter.address.removeprefix("http://localhost")
        visitor.opens(address).sees("Connexion responsable", f'value="{new.username}"')
        visitor.fills(username=new.username, password=letter.password).sees("Choisissez votre mot de passe")

    @pytest.mark.parametrize(
        "query",
        ["", "?profil=nobody", "?identifiant=" + "x" * 5000, "?profil=eleve&profil=x", "?identifiant=%00"],
    )
    def test_other_start_addresses_show_the_sign_in(self, visitor: Visitor, query: str) -> None:
        assert visitor.opens(f"/start{query}").status == 200


def test_a_reset_asks_only_for_a_new_password(
    app: Flask, contextless: World, visitor: Visitor, guardian: Someone
) -> None:
    with app.app_context():
        password = reset.reset(find("c.durand"), "test", app.extensions["clock"]())
    through_sign_in(visitor, guardian, password).fills(password=NEW, again=NEW).sees("Mes informations")


@pytest.mark.parametrize("accept", ["fr", "en"])
def test_the_first_page_is_small_and_complete_in_one_response(app: Flask, accept: str) -> None:
    """Style and form travel together; the rest (two scripts, an icon) is not waited for."""
    browser = app.test_client()
    location = browser.get("/account").headers["Location"]
    asked = {"Accept-Language": accept, "Accept-Encoding": "gzip"}
    page = browser.get(location, follow_redirects=True, headers=asked)
    html = gzip.decompress(page.data).decode()
    assert 'rel="stylesheet"' not in html and "<style>" in html
    assert len(page.data) < 40_000, "with its style, and not compressed: it holds a token (BREACH)"
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', html)
    whole = len(page.data)
    for asset in assets:
        with browser.get(asset) as answer:
            whole += len(answer.data)
    assert whole < 100_000
    assert all("defer" in tag for tag in re.findall(r"<script[^>]*>", html))
