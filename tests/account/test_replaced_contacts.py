"""Unconfirmed contacts, the delay before recoveries use a new one, and what "Ce n'était pas moi" restores."""

import pytest
from flask import Flask

from idp.database.engine import transaction
from idp.factors import changes
from idp.factors.storage import passkeys
from tests.actors.account_holder import signed_in
from tests.actors.visitor import SMS, Visitor, messages
from tests.actors.world import Someone, World
from tests.conftest import Clock

pytestmark = pytest.mark.settings(sms=SMS)
DAY = 86400
OLD, NEW, NUMBER, OTHER = "claire@example.org", "new@example.org", "+33612345678", "+33699887766"
CHOSEN = "Poires-Vertes-1848"


@pytest.fixture
def guardian(world: World) -> Someone:
    someone = world.guardian(username="c.durand", mobile=NUMBER)
    world.guardian("Claire", username="c.durand2", mail="homonym@example.org", mobile="+33611111111")
    return someone


@pytest.fixture
def claire(app: Flask, guardian: Someone) -> Visitor:
    return signed_in(app, guardian)


def asks(claire: Visitor, address: str = NEW) -> Visitor:
    return claire.opens("/account/mail").fills("act=change", mail=address)


def newest(app: Flask, template: str) -> dict[str, str]:
    return [message for message in messages(app, "mail") if message["template"] == template][-1]["facts"]


def replaces(app: Flask, claire: Visitor, address: str = NEW) -> None:
    asks(claire, address).fills("act=code", code=newest(app, "confirm_mail")["code"])


def path_of(link: str | None) -> str:
    assert link is not None
    return link.removeprefix("http://localhost")


def recovery_goes_to(app: Flask, method: str = "mail", username: str = "c.durand") -> list[str]:
    before = len(messages(app, method))
    Visitor(app).opens("/recovery/password").fills(username=username, method=method)
    return [message["to"] for message in messages(app, method)[before:]]


class TestUnconfirmedAddress:
    def test_it_is_stored_beside_the_confirmed_address(
        self, app: Flask, world: World, claire: Visitor, guardian: Someone
    ) -> None:
        asks(claire).sees(OLD, NEW, "attend votre confirmation")
        facts = world.facts(guardian)
        assert (facts.mail, facts.mail_verified) == (OLD, True)
        assert recovery_goes_to(app) == [OLD]
        claire.fills("act=code", code=newest(app, "confirm_mail")["code"])
        assert world.facts(guardian).mail == NEW

    def test_it_can_be_cancelled(self, app: Flask, world: World, claire: Visitor, guardian: Someone) -> None:
        asks(claire).fills("act=cancel")
        assert NEW not in claire.html
        Visitor(app).opens(path_of(newest(app, "confirm_mail")["link"])).sees("A05")
        assert world.facts(guardian).mail == OLD

    def test_it_expires_with_its_link(
        self, app: Flask, world: World, claire: Visitor, guardian: Someone, clock: Clock
    ) -> None:
        asks(claire)
        clock.advance(app.extensions["settings"].passwords.mail_link)
        assert NEW not in signed_in(app, guardian).opens("/account/mail").sees(OLD).html

    def test_its_mail_can_be_sent_again(self, app: Flask, claire: Visitor) -> None:
        asks(claire).fills("act=resend").sees(NEW)
        sent = [message["to"] for message in messages(app, "mail") if message["template"] == "confirm_mail"]
        assert sent == [NEW, NEW]


class TestRecoveryDelay:
    def test_recoveries_use_the_previous_address_for_three_days(
        self, app: Flask, claire: Visitor, clock: Clock
    ) -> None:
        replaces(app, claire)
        claire.opens("/account/mail").sees(NEW, OLD, "d’avant")
        clock.advance(3 * DAY - 1)
        assert recovery_goes_to(app) == [OLD]
        clock.advance(1)
        assert recovery_goes_to(app) == [NEW]

    def test_the_delay_counts_from_the_first_of_two_changes(
        self, app: Flask, claire: Visitor, clock: Clock
    ) -> None:
        replaces(app, claire)
        clock.advance(60)
        replaces(app, claire, "newer@example.org")
        assert recovery_goes_to(app) == [OLD]

    def test_the_previous_address_gets_a_notice(self, app: Flask, claire: Visitor) -> None:
        replaces(app, claire)
        notices = [
            message
            for message in messages(app, "mail")
            if message["facts"].get("subject") == "Votre adresse mail a changé"
        ]
        assert [message["to"] for message in notices] == [OLD]
        assert path_of(notices[0]["facts"]["link"]).startswith("/not-me/")

    def test_a_new_number_is_delayed_too(self, app: Flask, claire: Visitor, clock: Clock) -> None:
        claire.opens("/account/mobile").fills(contact=OTHER)
        claire.fills(code=messages(app, "sms")[-1]["facts"]["code"])
        claire.opens("/account/mobile").sees("votre établissement connaît")
        assert recovery_goes_to(app, "sms") == [NUMBER]
        clock.advance(3 * DAY)
        assert recovery_goes_to(app, "sms") == [OTHER]

    def test_a_first_number_is_used_at_once(self, app: Flask, world: World) -> None:
        marc = world.guardian("Marc", username="m.durand")
        page = signed_in(app, marc).opens("/account/mobile").fills(contact=OTHER)
        page.fills(code=messages(app, "sms")[-1]["facts"]["code"])
        assert recovery_goes_to(app, "sms", "m.durand") == [OTHER]


class TestNotMe:
    @pytest.fixture
    def stolen(self, app: Flask, world: World, claire: Visitor, guardian: Someone, clock: Clock) -> str:
        """A stranger has put an address, a number and a passkey of their own; the path of the notice's link."""
        replaces(app, claire, "thief@example.org")
        link = newest(app, "notice")["link"]
        clock.advance(60)
        claire.opens("/account/mobile").fills(contact=OTHER)
        claire.fills(code=messages(app, "sms")[-1]["facts"]["code"])
        with app.app_context(), transaction() as tx:
            account = world.facts(guardian)
            passkeys.add(
                tx,
                {
                    "credential_id": "thief",
                    "account_id": account.id,
                    "public_key": "key",
                    "sign_count": 0,
                    "synced": False,
                    "name": "thief",
                    "created_at": clock(),
                },
            )
            changes.added(tx, account, "thief", clock())
        return path_of(link)

    def test_contacts_are_restored_and_the_previous_address_recovers_the_account(
        self, app: Flask, world: World, guardian: Someone, stolen: str, clock: Clock
    ) -> None:
        Visitor(app).opens(stolen).fills().sees("verrouillé", "adresse mail", "mobile", "moyens de connexion")
        facts = world.facts(guardian)
        assert (facts.state, facts.mail, facts.mail_verified, facts.mobile) == ("locked", OLD, True, None)
        assert not facts.has_second_factor
        clock.advance(4 * DAY)
        assert recovery_goes_to(app) == [OLD]
        assert recovery_goes_to(app, "sms") == [NUMBER]
        Visitor(app).opens(path_of(newest(app, "recovery")["link"])).fills(
            password=CHOSEN, again=CHOSEN
        ).sees("Mes informations")
        assert world.facts(guardian).state == "active"

    def test_the_strangers_sessions_codes_and_links_end(
        self, app: Flask, world: World, claire: Visitor, guardian: Someone, stolen: str, clock: Clock
    ) -> None:
        clock.advance(4 * DAY)
        thief = Visitor(app).opens("/recovery/password").fills(username="c.durand", method="mail")
        to, mail = messages(app, "mail")[-1]["to"], newest(app, "recovery")
        assert to == "thief@example.org"
        thief.fills(code=mail["code"])
        clock.advance(5)
        Visitor(app).opens(stolen).fills().sees("verrouillé")
        thief.fills(password=CHOSEN, again=CHOSEN).sees("V03")
        Visitor(app).opens(path_of(mail["link"])).sees("V07")
        assert world.facts(guardian).state == "locked"

    def test_the_password_stays_invalid_after_the_school_unlocks(
        self, app: Flask, world: World, guardian: Someone, stolen: str
    ) -> None:
        Visitor(app).opens(stolen).fills()
        world.set_account(guardian, state="active")
        visitor = Visitor(app).opens("/account").fills(profile="responsable")
        visitor.fills(username="c.durand", password=guardian.password).sees("S01")

    def test_contacts_from_before_the_week_are_not_restored(
        self, app: Flask, world: World, claire: Visitor, guardian: Someone, clock: Clock
    ) -> None:
        replaces(app, claire)
        clock.advance(6 * DAY)
        replaces(app, signed_in(app, guardian), "newer@example.org")
        link = path_of(newest(app, "notice")["link"])
        clock.advance(2 * DAY)
        Visitor(app).opens(link).fills().sees("verrouillé")
        assert world.facts(guardian).mail == NEW

    def test_the_second_use_shows_that_it_is_done(self, app: Flask, stolen: str) -> None:
        Visitor(app).opens(stolen).fills()
        assert Visitor(app).opens(stolen).sees("verrouillé").status == 200
