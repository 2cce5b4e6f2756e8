"""A lost password: by mail and by SMS; what a recovery ends, what it unlocks, and what it never lowers."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from idp.recovery import passwords
from idp.refusals import Refusal
from tests.actors.due_messages import due
from tests.actors.relying_party import RelyingParty
from tests.actors.visitor import SMS, Visitor, messages
from tests.actors.world import Someone, World
from tests.conftest import Clock

pytestmark = pytest.mark.settings(sms=SMS)
NEW = "Poires-Vertes-1848"
NUMBER = "+33612345678"


@pytest.fixture
def guardian(world: World) -> Someone:
    return world.guardian(username="c.durand")


def ask(visitor: Visitor, username: str, method: str = "mail") -> Visitor:
    return visitor.opens("/recovery/password").fills(username=username, method=method).sees("Écrivez le code")


def newest_link(app: Flask) -> str:
    link: str = [m for m in messages(app, "mail") if m["template"] == "recovery"][-1]["facts"]["link"]
    return link.removeprefix("http://localhost")


def signs_in(app: Flask, username: str, password: str) -> str | None:
    """The code of the refusal, or None."""
    from idp.signin.authentication import sign_in

    with app.app_context():
        try:
            sign_in(username, password, "192.0.2.1", "", app.extensions["clock"]())
        except Refusal as refusal:
            return refusal.code
    return None


def test_recovery_by_the_link_on_another_device(app: Flask, visitor: Visitor, guardian: Someone) -> None:
    ask(visitor, " C.DURAND ")
    phone = Visitor(app).opens(newest_link(app)).sees("Bonjour Claire", "c.durand")
    phone.fills(password=NEW, again=NEW).sees("Mes informations")
    assert signs_in(app, "c.durand", NEW) is None
    assert signs_in(app, "c.durand", guardian.password) == "S01"


def test_recovery_by_the_code_of_the_mail(app: Flask, visitor: Visitor, guardian: Someone) -> None:
    ask(visitor, "c.durand").fills(code=messages(app, "mail")[-1]["facts"]["code"])
    visitor.fills(password=NEW, again=NEW).sees("Mes informations")
    assert signs_in(app, "c.durand", NEW) is None


def test_recovery_by_sms(app: Flask, world: World, visitor: Visitor) -> None:
    father = world.guardian("Marc", mobile=NUMBER, mail=None)
    ask(visitor, father.username, "sms").fills(code=messages(app, "sms")[-1]["facts"]["code"])
    visitor.fills(password=NEW, again=NEW).sees("Mes informations")


def test_the_own_number_comes_before_the_schools(app: Flask, world: World, visitor: Visitor) -> None:
    father = world.guardian("Marc", mobile=NUMBER)
    world.set_account(father, mobile="+33699999999", mobile_verified_at=1)
    ask(visitor, father.username, "sms")
    assert [sms["to"] for sms in messages(app, "sms")] == ["+33699999999"]


def test_a_pupil_with_a_mail(app: Flask, world: World, visitor: Visitor) -> None:
    pupil = world.pupil(mail="lea@example.org", mail_verified_at=1)
    ask(visitor, pupil.username)
    Visitor(app).opens(newest_link(app)).fills(password=NEW, again=NEW).sees("Mes informations")


@pytest.mark.parametrize("method", ["mail", "sms"])
def test_a_pupil_without_mail_is_referred_to_a_guardian(
    app: Flask, world: World, visitor: Visitor, method: str
) -> None:
    pupil = world.pupil(mobile=NUMBER)
    ask(visitor, pupil.username, method)
    assert messages(app, "mail") == messages(app, "sms") == []
    visitor.opens("/recovery/password").sees("Mes enfants")


class TestALink:
    @pytest.fixture
    def link(self, app: Flask, visitor: Visitor, guardian: Someone) -> str:
        ask(visitor, "c.durand")
        return newest_link(app)

    def test_works_once(self, app: Flask, link: str) -> None:
        Visitor(app).opens(link).fills(password=NEW, again=NEW)
        again = Visitor(app).opens(link).sees("C’est déjà fait", "Se connecter")
        assert again.status == 200 and "c.durand" not in app.test_client().get(link).text

    def test_is_not_used_by_being_opened_or_by_a_refused_password(self, app: Flask, link: str) -> None:
        page = Visitor(app).opens(link).opens(link).fills(password="short", again="short").sees("A01")
        page.fills(password=NEW, again=NEW).sees("Mes informations")

    @pytest.mark.both_engines
    def test_two_tabs_at_once_are_one(self, app: Flask, link: str) -> None:
        token = link.rpartition("/")[2]

        def choose(number: int) -> str | None:
            with app.test_request_context():
                try:
                    passwords.choose_by_link(
                        token,
                        f"{NEW}{number}",
                        f"{NEW}{number}",
                        "b",
                        "192.0.2.1",
                        "",
                        app.extensions["clock"](),
                    )
                except Refusal as refusal:
                    return refusal.code
                finally:
                    app.extensions["connections"].close()
            return None

        with ThreadPoolExecutor(8) as threads:
            codes = list(threads.map(choose, range(12)))
        assert codes.count(None) == 1
        # The link was used, or the password was replaced while the form was judged.
        assert set(codes) - {None} <= {"V07", "A11"}

    def test_expires_after_an_hour(self, app: Flask, link: str, clock: Clock) -> None:
        clock.advance(3600)
        Visitor(app).opens(link).sees("V07")

    def test_a_newer_one_replaces_it(self, app: Flask, link: str) -> None:
        ask(Visitor(app), "c.durand")
        newer = newest_link(app)
        Visitor(app).opens(link).sees("V07")
        Visitor(app).opens(newer).sees("c.durand")

    def test_ends_when_the_password_is_changed_another_way(
        self, app: Flask, guardian: Someone, link: str
    ) -> None:
        owner = Visitor(app).opens("/account/password").fills(profile="responsable")
        owner.fills(username="c.durand", password=guardian.password).opens("/account/password")
        owner.fills(password=NEW, again=NEW)
        assert signs_in(app, "c.durand", NEW) is None
        Visitor(app).opens(link).sees("V07")

    def test_is_valid_for_recovery_only(self, app: Flask, link: str) -> None:
        token = link.rpartition("/")[2]
        Visitor(app).opens(f"/mail/{token}").sees("A05")
        Visitor(app).opens(f"/not-me/{token}").sees("A05")

    def test_of_a_mail_confirmation_recovers_nothing(self, app: Flask, world: World) -> None:
        from idp.signin import mail_confirmation

        anne = world.guardian("Anne", state="confirming", identity_proved_at=1)
        with app.app_context():
            mail_confirmation.change(world.facts(anne), "anne@example.org", "fr", world.clock())
        token = messages(app, "mail")[-1]["facts"]["link"].rpartition("/")[2]
        Visitor(app).opens(f"/recovery/link/{token}").sees("V07")


def test_a_used_link_invalidates_the_code(
    app: Flask, visitor: Visitor, guardian: Someone, clock: Clock
) -> None:
    ask(visitor, "c.durand")
    code = messages(app, "mail")[-1]["facts"]["code"]
    clock.advance(5)
    Visitor(app).opens(newest_link(app)).fills(password=NEW, again=NEW)
    visitor.fills(code=code).fills(password="Autre-Chose-1515", again="Autre-Chose-1515").sees("V03")
    assert signs_in(app, "c.durand", NEW) is None


def test_a_recovery_ends_sessions_and_tokens(
    app: Flask, world: World, visitor: Visitor, guardian: Someone
) -> None:
    first_browser = Visitor(app).opens("/account").fills(profile="responsable")
    first_browser.fills(username="c.durand", password=guardian.password)
    portal = RelyingParty(app, world.relying_party(), first_browser.browser)
    tokens = portal.tokens(scope="openid offline_access")
    ask(visitor, "c.durand")
    Visitor(app).opens(newest_link(app)).fills(password=NEW, again=NEW)
    assert portal.userinfo(tokens["access_token"]).status_code == 401
    assert portal.refresh(tokens["refresh_token"]).get_json()["error"] == "invalid_grant"
    assert portal.introspect(tokens["access_token"]) == {"active": False}
    assert "login_required" in portal.authorize(prompt="none").headers["Location"]


def test_relying_parties_are_notified(app: Flask, world: World, visitor: Visitor, guardian: Someone) -> None:
    first_browser = Visitor(app).opens("/account").fills(profile="responsable")
    first_browser.fills(username="c.durand", password=guardian.password)
    registered = world.relying_party(backchannel_logout_uri="https://portail.example/bye")
    RelyingParty(app, registered, first_browser.browser).tokens()
    ask(visitor, "c.durand")
    Visitor(app).opens(newest_link(app)).fills(password=NEW, again=NEW)
    assert [notice["client_id"] for notice in messages(app, "logout_notice")] == [registered.client_id]


class TestALock:
    def test_a_recovery_clears_the_lock_that_a_stranger_caused(
        self, app: Flask, visitor: Visitor, guardian: Someone
    ) -> None:
        for _ in range(6):
            signs_in(app, "c.durand", "wrong")
        assert signs_in(app, "c.durand", guardian.password) == "S02"
        ask(visitor, "c.durand")
        Visitor(app).opens(newest_link(app)).fills(password=NEW, again=NEW)
        assert signs_in(app, "c.durand", NEW) is None

    def test_a_recovery_unlocks_a_locked_account(
        self, app: Flask, world: World, visitor: Visitor, guardian: Someone
    ) -> None:
        world.set_account(guardian, state="locked")
        assert signs_in(app, "c.durand", guardian.password) == "S08"
        ask(visitor, "c.durand")
        Visitor(app).opens(newest_link(app)).fills(password=NEW, again=NEW).sees("Mes informations")
        assert world.facts(guardian).state == "active"

    def test_a_closed_account_stays_closed(
        self, app: Flask, world: World, visitor: Visitor, guardian: Someone
    ) -> None:
        world.set_account(guardian, state="closed")
        ask(visitor, "c.durand")
        assert messages(app, "mail") == []

    def test_the_owner_gets_one_mail_about_a_lock(
        self, app: Flask, visitor: Visitor, guardian: Someone
    ) -> None:
        for _ in range(9):
            signs_in(app, "c.durand", "wrong")
        assert [mail["facts"]["subject"] for mail in messages(app, "mail")] == [
            "Plusieurs essais de connexion ont échoué"
        ]


def test_a_recovery_still_requires_the_second_factor(
    app: Flask, world: World, visitor: Visitor, guardian: Someone
) -> None:
    world.set_account(guardian, second_factor_since=1)
    ask(visitor, "c.durand")
    page = Visitor(app).opens(newest_link(app)).fills(password=NEW, again=NEW)
    assert page.path.endswith("/second_factor")
    assert world.facts(guardian).has_second_factor


@pytest.mark.parametrize(
    "changes",
    [
        {"mail_verified_at": None},
        {"mail": None, "mail_verified_at": None},
        {"state": "created"},
        {"state": "notified"},
        {"state": "expired"},
        {"present": False},
        {"state": "closed"},
    ],
)
def test_accounts_that_cannot_recover_get_no_link(
    app: Flask, world: World, visitor: Visitor, guardian: Someone, changes: dict[str, object]
) -> None:
    world.set_account(guardian, **changes)
    ask(visitor, "c.durand")
    assert messages(app, "mail") == []


def test_an_account_before_its_first_login_gets_only_an_sms_that_explains_it(
    app: Flask, world: World, visitor: Visitor
) -> None:
    world.guardian("Marc", username="m.durand", state="notified", mobile=NUMBER)
    ask(visitor, "m.durand", "sms")
    assert [sms["template"] for sms in messages(app, "sms")] == ["not_activated"]


def test_the_person_gets_a_notice_by_mail(app: Flask, visitor: Visitor, guardian: Someone) -> None:
    ask(visitor, "c.durand")
    Visitor(app).opens(newest_link(app)).fills(password=NEW, again=NEW)
    notices = [mail for mail in messages(app, "mail") if mail["template"] == "notice"]
    assert [mail["facts"]["subject"] for mail in notices] == ["Votre mot de passe a été changé"]


def test_the_forgotten_password_is_no_new_one(app: Flask, visitor: Visitor, guardian: Someone) -> None:
    ask(visitor, "c.durand")
    page = Visitor(app).opens(newest_link(app)).fills(password=guardian.password, again=guardian.password)
    assert page.sees("A09", "celui que vous avez déjà").status == 422
    assert [mail["template"] for mail in messages(app, "mail")] == ["recovery"], "nothing was changed"
    page.fills(password=NEW, again=NEW).sees("Mes informations")


def test_five_mails_an_hour_to_one_address(app: Flask, guardian: Someone, clock: Clock) -> None:
    for _ in range(7):
        ask(Visitor(app), "c.durand")
    assert len(messages(app, "mail")) == 5


def test_links_name_the_issuer_and_never_the_host_of_the_request(
    app: Flask, visitor: Visitor, guardian: Someone
) -> None:
    page = visitor.opens("/recovery/password")
    from tests.pages import fields_of

    fields = fields_of(page.html, having="username")
    visitor.browser.post(
        "/recovery/password", data={**fields, "username": "c.durand"}, headers={"Host": "evil.example"}
    )
    for mail in messages(app, "mail"):
        assert "evil" not in str(mail)


@pytest.mark.both_engines
def test_a_code_looked_up_twice_is_sent_once(app: Flask, visitor: Visitor, guardian: Someone) -> None:
    """A worker that dies after its commit has done its act: the message is not looked up again."""
    from idp.worker import deliveries

    ask(visitor, "c.durand")
    with app.app_context():
        (message,) = due(app.extensions["clock"]())
        with ThreadPoolExecutor(4) as threads:

            def deliver(_: int) -> None:
                with app.app_context():
                    deliveries.deliver(message, app.extensions["clock"]())
                    app.extensions["connections"].close()

            list(threads.map(deliver, range(8)))
    assert len(messages(app, "mail")) == 1
