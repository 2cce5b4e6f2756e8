"""The first login: password, identity, mail; the account is active only after the mail's link."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from idp.audit.storage.tables import AuditRecord
from idp.database.engine import reading
from idp.signin import activation, mail_confirmation
from tests.actors.refusal_code import code_of
from tests.actors.visitor import Visitor
from tests.actors.world import PROVISIONAL, Someone, World, waiting_messages
from tests.conftest import Clock


@pytest.fixture
def guardian(world: World) -> Someone:
    guardian = world.guardian(state="confirming", identity_proved_at=None)
    world.family(guardian, world.pupil(birth_date="2014-05-06"), world.pupil("Tom", birth_date="2012-07-08"))
    return guardian


def prove(
    world: World, someone: Someone, mail: str = "claire@example.org", birth_date: str | None = "2014-05-06"
) -> str | None:
    session = world.session(someone)
    return code_of(activation.prove_identity, session, "browser", mail, birth_date, "fr", world.clock())


def last_mail() -> dict[str, str]:
    facts: dict[str, str] = waiting_messages("mail")[-1]["facts"]
    return facts


def token_of(mail: dict[str, str]) -> str:
    return mail["link"].rpartition("/")[2]


class TestPassword:
    def test_the_letters_password_is_replaced_once(self, world: World) -> None:
        new = world.guardian(state="notified")
        world.choose_password(new, "Poires-Vertes-1848")
        after = world.facts(new)
        assert after.state == "confirming"
        from tests.actors.attempts import attempt

        assert attempt(world, new.username, PROVISIONAL) == "S01"
        assert not isinstance(attempt(world, new.username, "Poires-Vertes-1848"), str)

    @pytest.mark.parametrize(
        "password", ["", "short", "toutenminuscule", "Claire-Durand-1", "Motdepasse2026"]
    )
    def test_a_password_that_breaks_a_rule_is_A01_and_changes_nothing(
        self, world: World, password: str
    ) -> None:
        new = world.guardian(state="notified")
        assert code_of(world.choose_password, new, password) == "A01"
        assert world.facts(new).state == "notified"


class TestIdentity:
    def test_the_birth_date_of_any_child_is_accepted(self, world: World, guardian: Someone) -> None:
        assert prove(world, guardian, birth_date="2012-07-08") is None
        assert world.facts(guardian).state == "confirming"
        assert waiting_messages("mail")[0]["to"] == "claire@example.org"

    def test_after_three_wrong_dates_only_the_school_helps(self, world: World, guardian: Someone) -> None:
        assert prove(world, guardian, birth_date="2000-01-01") == "A02"
        assert prove(world, guardian, birth_date="2000-01-02") == "A02"
        assert prove(world, guardian, birth_date="2000-01-03") == "A03"
        assert prove(world, guardian) == "A03", "even the right one"
        assert waiting_messages("mail") == []

    @pytest.mark.both_engines
    def test_many_dates_at_once_are_counted_one_by_one(
        self, world: World, app: Flask, guardian: Someone
    ) -> None:
        session = world.session(guardian)

        def guess(day: int) -> str | None:
            with app.app_context():
                try:
                    return code_of(
                        activation.prove_identity,
                        session,
                        "browser",
                        "c@example.org",
                        f"2000-01-{day:02}",
                        "fr",
                        world.clock(),
                    )
                finally:
                    app.extensions["connections"].close()

        with ThreadPoolExecutor(8) as threads:
            codes = list(threads.map(guess, range(1, 21)))
        assert codes.count("A02") == 2
        assert codes.count("A03") == 18

    @pytest.mark.parametrize(
        "mail",
        [
            "",
            "claire",
            "claire@",
            "@example.org",
            "a b@example.org",
            "claire@example",
            "x" * 300 + "@example.org",
            "claire@example.org\nBcc: x@example.org",
        ],
    )
    def test_a_malformed_mail_is_A04(self, world: World, guardian: Someone, mail: str) -> None:
        assert prove(world, guardian, mail=mail) == "A04"
        assert waiting_messages("mail") == []

    @pytest.mark.parametrize(
        ("mail", "stored"),
        [
            ("élise@société-exemple.fr", "élise@xn--socit-exemple-ehbb.fr"),
            ("a@xn--e1afmkfd.xn--p1ai", "a@xn--e1afmkfd.xn--p1ai"),
            ("\u200bclaire@exemple.fr\u200b", "claire@exemple.fr"),
        ],
    )
    def test_an_address_of_any_script_is_accepted(
        self, world: World, guardian: Someone, mail: str, stored: str
    ) -> None:
        assert prove(world, guardian, mail=mail) is None
        assert waiting_messages("mail")[-1]["to"] == stored

    def test_a_pupil_is_active_with_the_own_birth_date_and_needs_no_mail(self, world: World) -> None:
        pupil = world.pupil(state="confirming", birth_date="2015-01-02", identity_proved_at=None)
        assert prove(world, pupil, mail="", birth_date="2015-01-03") == "A02"
        assert prove(world, pupil, mail="", birth_date="2015-01-02") is None
        assert world.facts(pupil).state == "active"

    def test_staff_confirm_their_mail_alone(self, world: World) -> None:
        head = world.staff(state="confirming", identity_proved_at=None)
        assert prove(world, head, mail="head@example.org", birth_date=None) is None
        assert world.facts(head).state == "confirming"


class TestConfirmation:
    @pytest.fixture
    def mail(self, world: World, guardian: Someone) -> dict[str, str]:
        prove(world, guardian)
        return last_mail()

    def confirm(self, world: World, mail: dict[str, str]) -> str | None:
        return code_of(mail_confirmation.confirm_by_link, token_of(mail), world.clock())

    def test_the_click_makes_the_account_active(
        self, world: World, guardian: Someone, mail: dict[str, str]
    ) -> None:
        assert mail_confirmation.read_link(token_of(mail), world.clock()).masked_mail == "c•••@example.org"
        assert world.facts(guardian).state == "confirming", "opening the link uses nothing"
        assert self.confirm(world, mail) is None
        assert world.facts(guardian).state == "active"
        assert world.facts(guardian).mail_verified

    def test_a_second_click_shows_that_it_is_done(
        self, world: World, app: Flask, guardian: Someone, mail: dict[str, str]
    ) -> None:
        assert self.confirm(world, mail) is None
        confirmed = world.facts(guardian)
        world.app.extensions["clock"].advance(60)
        assert self.confirm(world, mail) is None and world.facts(guardian) == confirmed
        page = Visitor(app).opens(f"/mail/{token_of(mail)}").sees("C’est déjà fait", "Aller au portail")
        assert page.status == 200
        assert app.test_client().get(f"/mail/{token_of(mail)}").text.count("example.org") == 0

    def test_a_used_link_of_another_address_or_of_an_address_not_confirmed_is_refused(
        self, world: World, guardian: Someone, mail: dict[str, str]
    ) -> None:
        assert self.confirm(world, mail) is None
        for changed in (
            {"mail": "new@example.org"},
            {"mail": "claire@example.org", "mail_verified_at": None},
        ):
            world.set_account(guardian, **changed)
            assert self.confirm(world, mail) == "A05"
            assert code_of(mail_confirmation.read_link, token_of(mail), world.clock()) == "A05"

    @pytest.mark.both_engines
    def test_concurrent_clicks_confirm_once(self, world: World, app: Flask, mail: dict[str, str]) -> None:
        def click(_: int) -> str | None:
            with app.app_context():
                try:
                    return self.confirm(world, mail)
                finally:
                    app.extensions["connections"].close()

        with ThreadPoolExecutor(8) as threads:
            codes = list(threads.map(click, range(16)))
        assert codes == [None] * 16
        confirmed = reading().execute(select(func.count()).where(AuditRecord.act == "mail.confirmed"))
        assert confirmed.scalar() == 1

    def test_a_confirmation_link_expires_after_a_day(
        self, world: World, mail: dict[str, str], clock: Clock
    ) -> None:
        clock.advance(86400)
        assert code_of(mail_confirmation.read_link, token_of(mail), world.clock()) == "A05"
        assert self.confirm(world, mail) == "A05"

    def test_a_newer_mail_invalidates_the_older_one(
        self, world: World, guardian: Someone, mail: dict[str, str]
    ) -> None:
        mail_confirmation.resend(world.facts(guardian), "fr", world.clock())
        assert self.confirm(world, mail) == "A05"
        assert self.confirm(world, last_mail()) is None

    def test_a_corrected_address_invalidates_the_old_link(
        self, world: World, guardian: Someone, mail: dict[str, str]
    ) -> None:
        mail_confirmation.change(world.facts(guardian), "other@Example.ORG", "fr", world.clock())
        assert waiting_messages("mail")[-1]["to"] == "other@example.org"
        assert self.confirm(world, mail) == "A05"
        assert world.facts(guardian).state == "confirming"

    def test_the_code_can_be_typed_instead(
        self, world: World, guardian: Someone, mail: dict[str, str]
    ) -> None:
        typed = f" {mail['code'][:3]} {mail['code'][3:]} "
        assert code_of(mail_confirmation.confirm_by_code, world.facts(guardian), typed, world.clock()) is None
        assert world.facts(guardian).state == "active"
        assert self.confirm(world, mail) is None, "link and code are one thing, and it is done"
        assert mail_confirmation.read_link(token_of(mail), world.clock()).done

    def test_another_accounts_code_is_refused(self, world: World, mail: dict[str, str]) -> None:
        paul = world.guardian("Paul", "Petit", state="confirming", mail="p@example.org")
        assert (
            code_of(mail_confirmation.confirm_by_code, world.facts(paul), mail["code"], world.clock())
            == "A06"
        )

    def test_five_wrong_codes_close_the_field_for_an_hour(
        self, world: World, guardian: Someone, mail: dict[str, str], clock: Clock
    ) -> None:
        wrong = "000000" if mail["code"] != "000000" else "111111"
        facts = world.facts(guardian)
        codes = [code_of(mail_confirmation.confirm_by_code, facts, wrong, world.clock()) for _ in range(5)]
        assert codes == ["A06"] * 5
        assert code_of(mail_confirmation.confirm_by_code, facts, mail["code"], world.clock()) == "A07"
        assert self.confirm(world, mail) is None, "the link in the mail still works"

    def test_at_most_five_mails_an_hour(
        self, world: World, guardian: Someone, mail: dict[str, str], clock: Clock
    ) -> None:
        codes = [
            code_of(mail_confirmation.resend, world.facts(guardian), "fr", world.clock()) for _ in range(5)
        ]
        assert codes == [None] * 4 + ["A07"]
        clock.advance(3601)
        assert code_of(mail_confirmation.resend, world.facts(guardian), "fr", world.clock()) is None

    def test_secrets_are_stored_as_digests(self, world: World, mail: dict[str, str]) -> None:
        from idp.signin.storage.tables import MailLink

        for row in reading().execute(select(MailLink.__table__)).mappings():
            assert token_of(mail) not in map(str, row.values())
            assert mail["code"] not in map(str, row.values())

    @pytest.mark.parametrize("token", ["", "x", "x" * 5000, "é"])
    def test_an_invalid_link_is_unknown(self, world: World, token: str) -> None:
        assert code_of(mail_confirmation.confirm_by_link, token, world.clock()) == "A05"
