"""Two-step login: set-up, required at every login, never lowered; each code is used once, under concurrency on both engines."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from idp.accounts import remove_factors, reset
from idp.demo.phone import secret_of
from idp.factors import authenticators
from idp.factors.rules.totp import code_at, step_at
from idp.signin import second_factor
from tests.actors.enrolment import enrol
from tests.actors.refusal_code import code_of
from tests.actors.relying_party import RelyingParty, answer
from tests.actors.visitor import Visitor, messages
from tests.actors.world import Someone, World
from tests.conftest import Clock


@pytest.fixture
def guardian(world: World) -> Someone:
    return world.guardian(username="c.durand")


class TestCodes:
    def test_an_app_counts_only_after_its_first_code(self, world: World, guardian: Someone) -> None:
        facts = world.facts(guardian)
        secret = authenticators.begin(facts, world.clock())
        assert authenticators.begin(facts, world.clock()) == secret, "a reload shows the same key"
        assert code_of(authenticators.confirm, facts, "000000", world.clock()) == "M01"
        assert not world.facts(guardian).has_second_factor
        assert not authenticators.use(facts, code_at(secret, step_at(world.clock())), world.clock())
        enrol(world, guardian)
        assert world.facts(guardian).has_second_factor
        assert code_of(authenticators.begin, facts, world.clock()) == "M04"

    def test_a_code_works_once_and_invalidates_earlier_codes(
        self, world: World, guardian: Someone, clock: Clock
    ) -> None:
        secret, _ = enrol(world, guardian)
        facts, now = world.facts(guardian), world.clock()
        newer, older = code_at(secret, step_at(now) + 1), code_at(secret, step_at(now))
        assert authenticators.use(facts, newer, now)
        assert not authenticators.use(facts, newer, now)
        assert not authenticators.use(facts, older, now)
        clock.advance(60)
        assert authenticators.use(facts, code_at(secret, step_at(clock())), clock())

    @pytest.mark.both_engines
    def test_one_code_many_times_at_once(self, world: World, app: Flask, guardian: Someone) -> None:
        secret, codes = enrol(world, guardian)
        facts, now = world.facts(guardian), world.clock()

        def race(use: Callable[..., bool], typed: str) -> int:
            def once(_: int) -> bool:
                with app.app_context():
                    try:
                        return use(facts, typed, now)
                    finally:
                        app.extensions["connections"].close()

            with ThreadPoolExecutor(8) as threads:
                return sum(threads.map(once, range(16)))

        assert race(authenticators.use, code_at(secret, step_at(now))) == 1
        assert race(authenticators.use_recovery_code, codes[0]) == 1

    def test_recovery_codes_are_ten_used_once_and_replaced_together(
        self, world: World, guardian: Someone
    ) -> None:
        _, codes = enrol(world, guardian)
        facts, now = world.facts(guardian), world.clock()
        assert len(set(codes)) == 10
        assert authenticators.use_recovery_code(facts, f" {codes[0][:5]} {codes[0][5:]} ", now)
        assert not authenticators.use_recovery_code(facts, codes[0], now)
        fresh = authenticators.renew_codes(facts, now)
        assert not authenticators.use_recovery_code(facts, codes[1], now)
        assert authenticators.use_recovery_code(facts, fresh[1], now)

    def test_another_accounts_code_is_refused(self, world: World, guardian: Someone) -> None:
        paul = world.guardian("Paul")
        secret, codes = enrol(world, guardian)
        enrol(world, paul)
        facts, now = world.facts(paul), world.clock()
        assert not authenticators.use(facts, code_at(secret, step_at(now)), now)
        assert not authenticators.use_recovery_code(facts, codes[0], now)

    def test_secrets_are_sealed_or_digested(self, world: World, guardian: Someone) -> None:
        from sqlalchemy import select

        from idp.database.engine import reading
        from idp.factors.rules.totp import shown_key
        from idp.factors.storage.tables import AuthenticatorApp, RecoveryCode

        secret, codes = enrol(world, guardian)
        stored = str(list(reading().execute(select(AuthenticatorApp.__table__)).mappings()))
        stored += str(list(reading().execute(select(RecoveryCode.__table__)).mappings()))
        for hidden in (secret.hex(), shown_key(secret).replace(" ", ""), *codes):
            assert hidden not in stored


class TestGuessing:
    def test_five_wrong_codes_lock_all_kinds_of_codes(
        self, world: World, guardian: Someone, clock: Clock
    ) -> None:
        secret, codes = enrol(world, guardian)
        session = world.session(guardian)
        for typed in ("000000", "000 000", "aaaaaaaaaa", "", "1"):
            assert code_of(second_factor.by_code, session, typed, clock()) == "M01"
        right = code_at(secret, step_at(clock()))
        assert code_of(second_factor.by_code, session, right, clock()) == "M02"
        assert code_of(second_factor.by_code, world.session(guardian), codes[0], clock()) == "M02"
        clock.advance(300)
        assert code_of(second_factor.by_code, session, codes[0], clock()) is None


def test_a_reset_or_recovery_never_lowers_the_factors(world: World, guardian: Someone) -> None:
    enrol(world, guardian)
    reset.reset(world.facts(guardian), "test", world.clock())
    assert world.facts(guardian).has_second_factor


def test_an_administrator_removes_all_factors_and_the_person_gets_a_notice(
    world: World, guardian: Someone
) -> None:
    enrol(world, guardian)
    remove_factors.remove_factors(world.facts(guardian), "test", world.clock())
    assert not world.facts(guardian).has_second_factor


FORCED = {"staff_second_factor": True}


class TestPages:
    def key_on(self, visitor: Visitor) -> bytes:
        match = re.search(r'id="key">([A-Z2-7 ]+)<', visitor.html)
        assert match is not None, visitor.html
        return secret_of(match[1])

    def signs_in(self, visitor: Visitor, someone: Someone, profile: str = "responsable") -> Visitor:
        visitor.opens("/account").fills(profile=profile)
        return visitor.fills(username=someone.username, password=someone.password)

    @pytest.mark.settings(signin=FORCED)
    def test_staff_set_up_a_factor_at_their_login(
        self, contextless: World, visitor: Visitor, clock: Clock
    ) -> None:
        head = contextless.staff()
        self.signs_in(visitor, head, "personnel").sees("un mot de passe seul ne suffit pas")
        secret = self.key_on(visitor)
        visitor.fills(code="000000").sees("M01")
        assert self.key_on(visitor) == secret
        visitor.fills(code=code_at(secret, step_at(clock()))).sees("Vos codes de secours")
        visitor.follows("J’ai noté ces codes, continuer").sees("Mes informations")
        clock.advance(60)
        again = self.signs_in(Visitor(visitor.app), head, "personnel").sees("Deuxième étape")
        again.fills(code=code_at(secret, step_at(clock()))).sees("Mes informations")

    @pytest.mark.settings(signin=FORCED)
    def test_staff_cannot_remove_their_last_factor(
        self, contextless: World, visitor: Visitor, clock: Clock
    ) -> None:
        self.signs_in(visitor, contextless.staff(), "personnel")
        visitor.fills(code=code_at(self.key_on(visitor), step_at(clock())))
        visitor.opens("/account/security").fills("act=remove_app").sees("M06")

    def test_a_guardian_sets_up_a_factor(
        self, app: Flask, contextless: World, visitor: Visitor, clock: Clock
    ) -> None:
        guardian = contextless.guardian()
        self.signs_in(visitor, guardian)
        visitor.opens("/account/security").follows("Ajouter une application")
        visitor.fills(code=code_at(self.key_on(visitor), step_at(clock()))).sees("Vos codes de secours")
        assert contextless.facts(guardian).has_second_factor
        assert [mail["facts"]["subject"] for mail in messages(app, "mail")] == ["Connexion en deux étapes"]
        visitor.opens("/account/security").fills("act=remove_app").sees("Ajouter une application")
        assert not contextless.facts(guardian).has_second_factor

    def test_a_session_of_one_step_changes_no_factor(self, contextless: World, visitor: Visitor) -> None:
        guardian = contextless.guardian()
        self.signs_in(visitor, guardian)
        contextless.set_account(guardian, second_factor_since=1)
        visitor.opens("/account/security")
        assert visitor.path.endswith("/second_factor"), "the second step comes first"

    def test_a_service_that_needs_eidas2_steps_the_login_up(
        self, app: Flask, contextless: World, visitor: Visitor, clock: Clock
    ) -> None:
        guardian = contextless.guardian()
        portal = RelyingParty(app, contextless.relying_party(), visitor.browser)
        self.signs_in(visitor, guardian)
        assert answer(portal.authorize(acr_values="eidas2", prompt="none"))["error"] == "interaction_required"
        visitor.opens(portal.authorize(acr_values="eidas2").headers["Location"])
        visitor.sees("Ce service demande un second moyen")
        visitor.fills(code=code_at(self.key_on(visitor), step_at(clock())))
        before = visitor.browser.get_cookie("idp_session")
        visitor.follows("J’ai noté ces codes, continuer")
        assert before is not None and visitor.page is not None
        claims = claims_of(portal, answer(visitor.page)["code"])
        assert claims["acr"] == "eidas2" and claims["amr"] == ["pwd", "otp", "mfa"]

    def test_a_password_alone_is_eidas1(self, app: Flask, contextless: World, visitor: Visitor) -> None:
        portal = RelyingParty(app, contextless.relying_party(), visitor.browser)
        self.signs_in(visitor, contextless.guardian())
        claims = claims_of(portal, portal.code(acr_values="eidas1"))
        assert claims["acr"] == "eidas1" and claims["amr"] == ["pwd"]

    @pytest.mark.both_engines
    def test_the_session_has_a_new_id_after_the_second_step(
        self, contextless: World, visitor: Visitor, clock: Clock
    ) -> None:
        guardian = contextless.guardian()
        self.signs_in(visitor, guardian)
        old = visitor.browser.get_cookie("idp_session")
        visitor.opens("/account/security").follows("Ajouter une application")
        visitor.fills(code=code_at(self.key_on(visitor), step_at(clock())))
        new = visitor.browser.get_cookie("idp_session")
        assert old is not None and new is not None and old.value != new.value
        thief = Visitor(visitor.app)
        thief.browser.set_cookie("idp_session", old.value)
        assert "Mes informations" not in thief.opens("/account").html


def claims_of(portal: RelyingParty, code: str) -> dict[str, object]:
    import base64
    import json

    part = portal.redeem(code).get_json()["id_token"].split(".")[1]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims
