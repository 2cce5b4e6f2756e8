"""Passkeys: registration, use, and every invalid response (WebAuthn §7.1, §7.2)."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from idp.audit.storage.tables import AuditRecord
from idp.database.engine import reading
from idp.factors import passkeys
from idp.people.rules.accounts import AccountFacts
from idp.refusals import Refusal
from idp.signin import second_factor
from tests.actors.refusal_code import code_of
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import Clock
from tests.factors.authenticator import Authenticator, text

HERE = "digest-of-this-browser"


@pytest.fixture
def guardian(world: World) -> Someone:
    return world.guardian(username="c.durand")


def made(world: World, someone: Someone, **how: Any) -> Authenticator:
    """An authenticator that holds a passkey of theirs."""
    authenticator = Authenticator(**how)
    facts = world.facts(someone)
    options = passkeys.registration_options(facts, HERE, world.clock())
    passkeys.register(facts, HERE, authenticator.create(options), "Mon téléphone", world.clock())
    return authenticator


def test_a_passkey_alone_opens_a_session_of_two_factors(world: World, guardian: Someone) -> None:
    authenticator = made(world, guardian)
    options = passkeys.sign_in_options(None, HERE, world.clock())
    assert options["userVerification"] == "required" and not options.get("allowCredentials")
    token, account = second_factor.sign_in_by_passkey(
        authenticator.get(options), "192.0.2.1", "Test browser", HERE, world.clock()
    )
    assert account.id == guardian.account
    from idp.signin import sessions

    session = sessions.read(token, world.clock(), world.app.extensions["settings"].sessions)
    assert session is not None and session.amr == ("hwk", "user", "mfa") and session.device_known


def test_a_synced_passkey_is_a_software_key(world: World, guardian: Someone) -> None:
    authenticator = made(world, guardian, flags=0x1D)
    used = passkeys.use(
        None, HERE, authenticator.get(passkeys.sign_in_options(None, HERE, world.clock())), world.clock()
    )
    assert used.methods == ("swk", "user", "mfa")


class TestRegistrationRefused:
    @pytest.mark.parametrize(
        "how",
        [
            {"origin": "http://evil.example"},
            {"origin": "http://localhost:81"},
            {"host": "evil.example"},
            {"flags": 0x01},
            {"flags": 0x00},
            {"flags": 0x04},
        ],
    )
    def test_of_another_origin_or_without_verification(
        self, world: World, guardian: Someone, how: dict[str, Any]
    ) -> None:
        with pytest.raises(Refusal, match="M03"):
            made(world, guardian, **how)
        assert not world.facts(guardian).has_second_factor

    def test_in_another_browser_for_another_account_too_late_or_twice(
        self, world: World, guardian: Someone, clock: Clock
    ) -> None:
        facts, paul = world.facts(guardian), world.facts(world.guardian("Paul"))

        def register(account: AccountFacts, browser: str, answer: str) -> str | None:
            return code_of(passkeys.register, account, browser, answer, "", clock())

        def answer() -> str:
            return Authenticator().create(passkeys.registration_options(facts, HERE, clock()))

        assert register(facts, "another browser", answer()) == "M03"
        assert register(paul, HERE, answer()) == "M03"
        late = answer()
        clock.advance(300)
        assert register(facts, HERE, late) == "M03"
        once = answer()
        assert register(facts, HERE, once) is None
        assert register(facts, HERE, once) == "M03"

    @pytest.mark.parametrize(
        "answer",
        [
            "",
            "{}",
            "[]",
            "null",
            '{"response": 1}',
            "{" * 5000,
            "x" * 20000,
            '{"response": {"clientDataJSON": "e30"}}',
        ],
    )
    def test_nonsense(self, world: World, guardian: Someone, answer: str) -> None:
        facts = world.facts(guardian)
        assert code_of(passkeys.register, facts, HERE, answer, "", world.clock()) == "M03"
        assert code_of(passkeys.use, None, HERE, answer, world.clock()) == "M03"


class TestUseRefused:
    def refused(self, world: World, answer: str, account: AccountFacts | None = None) -> bool:
        return code_of(passkeys.use, account, HERE, answer, world.clock()) == "M03"

    def options(self, world: World, account: AccountFacts | None = None) -> dict[str, Any]:
        return passkeys.sign_in_options(account, HERE, world.clock())

    @pytest.mark.parametrize(
        "change",
        [
            {"origin": "https://localhost"},
            {"host": "evil.example"},
            {"flags": 0x01},
            {"handle": text(b"x" * 32)},
        ],
    )
    def test_of_another_origin_handle_or_without_verification(
        self, world: World, guardian: Someone, change: dict[str, Any]
    ) -> None:
        authenticator = made(world, guardian)
        vars(authenticator).update(change)
        assert self.refused(world, authenticator.get(self.options(world)))

    @pytest.mark.both_engines
    def test_a_challenge_is_answered_once_even_at_once(
        self, world: World, app: Flask, guardian: Someone
    ) -> None:
        answer = made(world, guardian).get(self.options(world))

        def use(_: int) -> str | None:
            with app.app_context():
                try:
                    return code_of(passkeys.use, None, HERE, answer, world.clock())
                finally:
                    app.extensions["connections"].close()

        with ThreadPoolExecutor(8) as threads:
            codes = list(threads.map(use, range(12)))
        assert codes.count(None) == 1 and codes.count("M03") == 11

    def test_another_browsers_challenge(self, world: World, guardian: Someone) -> None:
        options = passkeys.sign_in_options(None, "another browser", world.clock())
        assert self.refused(world, made(world, guardian).get(options))

    def test_an_unknown_challenge(self, world: World, guardian: Someone) -> None:
        assert self.refused(world, made(world, guardian).get({"challenge": text(b"c" * 32)}))

    def test_another_accounts_passkey_as_second_step(self, world: World, guardian: Someone) -> None:
        paul = world.guardian("Paul")
        made(world, paul)
        assertion = made(world, guardian)
        facts = world.facts(paul)
        assert self.refused(world, assertion.get(self.options(world, facts)), facts)

    def test_a_decreased_signature_counter(self, world: World, guardian: Someone) -> None:
        authenticator = made(world, guardian)
        authenticator.count = 10
        assert not self.refused(world, authenticator.get(self.options(world)))
        authenticator.count = 5
        assert self.refused(world, authenticator.get(self.options(world)))
        acts = reading().execute(select(AuditRecord.act).order_by(AuditRecord.id.desc())).scalars()
        assert next(acts) == "passkey.copied"

    def test_a_forged_signature(self, world: World, guardian: Someone) -> None:
        authenticator = made(world, guardian)
        forged = Authenticator(credential_id=authenticator.credential_id, handle=authenticator.handle)
        forged.count = 50
        assert self.refused(world, forged.get(self.options(world)))

    @pytest.mark.both_engines
    def test_a_removed_passkey(self, world: World, guardian: Someone) -> None:
        authenticator = made(world, guardian)
        passkeys.remove(world.facts(guardian), text(authenticator.credential_id), world.clock())
        assert self.refused(world, authenticator.get(self.options(world)))
        assert not world.facts(guardian).has_second_factor

    @pytest.mark.parametrize("state", ["locked", "closed", "expired"])
    def test_a_closed_account_looks_like_an_unknown_passkey(
        self, world: World, guardian: Someone, state: str
    ) -> None:
        authenticator = made(world, guardian)
        world.set_account(guardian, state=state)
        answer = authenticator.get(self.options(world))
        assert (
            code_of(second_factor.sign_in_by_passkey, answer, "192.0.2.1", "", HERE, world.clock()) == "M03"
        )


def test_a_passkey_of_another_account_is_not_removed(world: World, guardian: Someone) -> None:
    authenticator = made(world, guardian)
    passkeys.remove(world.facts(world.guardian("Paul")), text(authenticator.credential_id), world.clock())
    assert world.facts(guardian).has_second_factor


def test_the_user_handle_is_random(world: World, guardian: Someone) -> None:
    authenticator = made(world, guardian)
    facts = world.facts(guardian)
    assert facts.subject not in authenticator.handle and len(authenticator.handle) >= 43
    again = passkeys.registration_options(facts, HERE, world.clock())
    assert again["user"]["id"] == authenticator.handle, "one account, one handle"
    assert [descriptor["id"] for descriptor in again["excludeCredentials"]] == [
        text(authenticator.credential_id)
    ]


def test_over_http_with_its_csrf_token(app: Flask, contextless: World, visitor: Visitor) -> None:
    import re

    guardian = contextless.guardian()
    with app.app_context():
        authenticator = made(World(app, contextless.clock), guardian)
    visitor.opens("/account").fills(profile="responsable")
    paths = re.findall(r'data-(?:options|finish)="([^"]+)"', visitor.html)
    csrf = re.search(r'data-token="([^"]+)"', visitor.html)
    assert csrf is not None
    headers = {"X-CSRFToken": csrf[1]}
    assert visitor.browser.post(paths[0]).status_code == 400, "R03 without the token"
    options = visitor.browser.post(paths[0], headers=headers).get_json()
    wrong = visitor.browser.post(paths[1], headers=headers, data=json.dumps({"response": {}}))
    assert wrong.status_code == 403 and wrong.get_json()["code"] == "M03"
    right = visitor.browser.post(paths[1], headers=headers, data=authenticator.get(options))
    visitor.opens(right.get_json()["onward"]).sees("Mes informations", guardian.username)
