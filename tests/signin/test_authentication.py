"""Signing in: who gets a session, who gets which refusal, and how guessing is slowed down."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from idp.database import reading
from idp.people import accounts
from idp.people.hashing import lane
from idp.people.storage.tables import Account
from idp.refusals import Refusal
from idp.signin import locking, sessions
from idp.signin.authentication import Opened, sign_in
from tests.world import PROVISIONAL, Someone, World

HOME = "192.0.2.1"


def attempt(world: World, username: str, password: str, address: str = HOME) -> Opened | str:
    """The session, or the code of the refusal."""
    try:
        return sign_in(username, password, address, "Test browser", world.clock())
    except Refusal as refusal:
        return refusal.code


@pytest.fixture
def guardian(world: World) -> Someone:
    return world.guardian(username="c.durand")


def test_the_right_password_opens_a_session(world: World, guardian: Someone) -> None:
    opened = attempt(world, "c.durand", guardian.password)
    assert isinstance(opened, Opened)
    session = sessions.read(opened.token, world.clock(), world.app.extensions["settings"].sessions)
    assert session is not None
    assert session.account.id == guardian.account


@pytest.mark.parametrize(
    "typed", ["C.DURAND", "  c.durand ", "c. durand", "c.dúrand", "\uff43.durand", "C.Durand\u00a0"]
)
def test_a_username_is_taken_however_it_is_typed(world: World, guardian: Someone, typed: str) -> None:
    assert isinstance(attempt(world, typed, guardian.password), Opened)


@pytest.mark.parametrize("password", ["", "wrong", "cerises-rouges-1789", "é" * 2000, "\x00"])
def test_a_wrong_password_is_S01(world: World, guardian: Someone, password: str) -> None:
    assert attempt(world, "c.durand", password) == "S01"


@pytest.mark.parametrize("username", ["", "nobody", "x" * 5000, "'; drop table accounts", "\x00", "\ud800"])
def test_an_unknown_username_is_the_same_S01(world: World, guardian: Someone, username: str) -> None:
    assert attempt(world, username, "whatever") == "S01"


def test_the_letters_password_works_until_the_letter_dies(world: World, clock) -> None:  # type: ignore[no-untyped-def]
    world.guardian(username="n.petit", state="notified")
    assert isinstance(attempt(world, "n.petit", f" {PROVISIONAL} "), Opened)
    clock.advance(90 * 86400)
    assert attempt(world, "n.petit", PROVISIONAL) == "S03"
    assert attempt(world, "n.petit", "wrong") == "S01", (
        "only the holder of the letter learns that it is too old"
    )


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"state": "closed"}, "S04"),
        ({"state": "locked"}, "S08"),
        ({"state": "expired"}, "S03"),
        ({"present": False}, "S04"),
        ({"present": False, "state": "locked"}, "S04"),
    ],
)
def test_only_who_knows_the_password_learns_that_the_account_is_closed(
    world: World, guardian: Someone, values: dict[str, object], code: str
) -> None:
    world.set_account(guardian, **values)
    assert attempt(world, "c.durand", guardian.password) == code
    assert attempt(world, "c.durand", "wrong") == "S01"


class TestGuessing:
    def test_five_failures_close_the_door_even_to_the_right_password(
        self, world: World, guardian: Someone, clock
    ) -> None:  # type: ignore[no-untyped-def]
        assert [attempt(world, "c.durand", "wrong") for _ in range(5)] == ["S01"] * 5
        assert attempt(world, "c.durand", guardian.password) == "S02"
        clock.advance(299)
        assert attempt(world, "c.durand", guardian.password) == "S02"
        clock.advance(1)
        assert isinstance(attempt(world, "c.durand", guardian.password), Opened)

    def test_every_spelling_counts_in_one_bucket(self, world: World, guardian: Someone) -> None:
        for typed in ("c.durand", "C.DURAND", " c.durand", "c.dúrand", "\uff43.durand"):
            assert attempt(world, typed, "wrong") == "S01"
        assert attempt(world, "c.durand", guardian.password) == "S02"

    def test_an_unknown_username_is_locked_alike(self, world: World) -> None:
        assert [attempt(world, "nobody", "wrong") for _ in range(6)] == ["S01"] * 5 + ["S02"]

    def test_success_forgets_the_failures(self, world: World, guardian: Someone) -> None:
        for _ in range(3):
            assert [attempt(world, "c.durand", "wrong") for _ in range(4)] == ["S01"] * 4
            assert isinstance(attempt(world, "c.durand", guardian.password), Opened)

    def test_the_lock_doubles_up_to_an_hour(self, world: World, guardian: Someone, clock) -> None:  # type: ignore[no-untyped-def]
        for _ in range(4):
            attempt(world, "c.durand", "wrong")
        for pause in (300, 600, 1200, 2400, 3600):
            assert attempt(world, "c.durand", "wrong") == "S01"
            clock.advance(pause - 1)
            assert attempt(world, "c.durand", guardian.password) == "S02"
            clock.advance(1)

    def test_knocking_at_a_closed_door_does_not_keep_it_closed(
        self, world: World, guardian: Someone, clock
    ) -> None:  # type: ignore[no-untyped-def]
        for _ in range(5):
            attempt(world, "c.durand", "wrong")
        for _ in range(50):
            assert attempt(world, "c.durand", "wrong") == "S02"
        clock.advance(300)
        assert isinstance(attempt(world, "c.durand", guardian.password), Opened)

    def test_an_administrator_opens_it_at_once(self, world: World, guardian: Someone) -> None:
        for _ in range(5):
            attempt(world, "c.durand", "wrong")
        locking.unlock("c.durand", "test", world.clock())
        assert isinstance(attempt(world, "c.durand", guardian.password), Opened)

    def test_many_at_once_are_counted_one_by_one(self, world: World, app: Flask, guardian: Someone) -> None:
        def guess(number: int) -> str:
            with app.app_context():
                try:
                    return str(attempt(world, "c.durand", "wrong", f"192.0.2.{number}"))
                finally:
                    app.extensions["connections"].close()

        with ThreadPoolExecutor(8) as threads:
            codes = list(threads.map(guess, range(30)))
        assert sorted(codes) == ["S01"] * 5 + ["S02"] * 25

    @pytest.mark.settings(throttling={"per_address": 8})
    def test_one_address_has_a_budget_over_all_accounts(self, world: World, guardian: Someone, clock) -> None:  # type: ignore[no-untyped-def]
        for number in range(8):
            assert attempt(world, f"n{number}", "wrong") == "S01"
        assert attempt(world, "c.durand", guardian.password) == "S05"
        assert isinstance(attempt(world, "c.durand", guardian.password, "192.0.2.99"), Opened)
        clock.advance(3600)
        assert isinstance(attempt(world, "c.durand", guardian.password), Opened)

    @pytest.mark.settings(throttling={"per_address": 8})
    def test_a_school_that_signs_in_rightly_uses_no_budget(self, world: World, guardian: Someone) -> None:
        for _ in range(30):
            assert isinstance(attempt(world, "c.durand", guardian.password), Opened)


class TestSessions:
    def read(self, world: World, token: str) -> bool:
        return sessions.read(token, world.clock(), world.app.extensions["settings"].sessions) is not None

    def open(self, world: World, someone: Someone) -> str:
        opened = attempt(world, someone.username, someone.password)
        assert isinstance(opened, Opened)
        return opened.token

    def test_half_an_hour_without_use_ends_it(self, world: World, guardian: Someone, clock) -> None:  # type: ignore[no-untyped-def]
        token = self.open(world, guardian)
        clock.advance(1799)
        assert self.read(world, token)
        clock.advance(1)
        assert not self.read(world, token)

    def test_a_new_password_ends_all_sessions(self, world: World, guardian: Someone, clock) -> None:  # type: ignore[no-untyped-def]
        token = self.open(world, guardian)
        accounts.choose_password(world.facts(guardian), "Poires-Vertes-1848", world.clock(), "test")
        assert not self.read(world, token)
        opened = attempt(world, guardian.username, "Poires-Vertes-1848")
        assert isinstance(opened, Opened), "in the same second already"
        assert self.read(world, opened.token)

    def test_a_reset_ends_all_sessions(self, world: World, guardian: Someone) -> None:
        token = self.open(world, guardian)
        locking.reset(guardian.username, "test", world.clock())
        assert not self.read(world, token)

    def test_each_sign_in_has_its_own_id(self, world: World, guardian: Someone) -> None:
        assert self.open(world, guardian) != self.open(world, guardian)

    def test_nonsense_is_nobody(self, world: World) -> None:
        assert not self.read(world, "x")
        assert not self.read(world, "x" * 500)


def test_an_older_hash_is_renewed_at_login(world: World, guardian: Someone) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=32, parallelism=1).hash(guardian.password)
    world.set_account(guardian, password_hash=old)
    assert isinstance(attempt(world, "c.durand", guardian.password), Opened)
    kept = reading().execute(select(Account.password_hash).where(Account.id == guardian.account)).scalar_one()
    assert kept != old
    assert not lane().is_outdated(kept)
