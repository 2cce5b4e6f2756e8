"""Signing in: sessions, refusals, and rate limits."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import dialect as postgresql_dialect
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from idp.accounts import lock, reset
from idp.database.engine import reading, transaction
from idp.passwords.choosing import checked_hash
from idp.passwords.hashing import hashing_pool
from idp.passwords.policy import failed_rules
from idp.people.storage import contacts
from idp.people.storage.tables import Account
from idp.refusals import Refusal
from idp.signin import sessions
from idp.signin.authentication import Opened, sign_in
from idp.signin.storage.tables import Session
from tests.actors.attempts import HOME, attempt
from tests.actors.visitor import Visitor
from tests.actors.world import PROVISIONAL, Someone, World
from tests.conftest import Clock

pytestmark = pytest.mark.both_engines


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
def test_a_username_is_accepted_in_every_spelling(world: World, guardian: Someone, typed: str) -> None:
    assert isinstance(attempt(world, typed, guardian.password), Opened)


@pytest.mark.parametrize("password", ["", "wrong", "cerises-rouges-1789", "é" * 2000, "\x00"])
def test_a_wrong_password_is_S01(world: World, guardian: Someone, password: str) -> None:
    assert attempt(world, "c.durand", password) == "S01"


@pytest.mark.parametrize("username", ["", "nobody", "x" * 5000, "'; drop table accounts", "\x00", "\ud800"])
def test_an_unknown_username_is_the_same_S01(world: World, guardian: Someone, username: str) -> None:
    assert attempt(world, username, "whatever") == "S01"


def test_the_letters_password_works_until_the_letter_expires(world: World, clock: Clock) -> None:
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
def test_a_closed_account_is_shown_only_after_the_password(
    world: World, guardian: Someone, values: dict[str, object], code: str
) -> None:
    world.set_account(guardian, **values)
    assert attempt(world, "c.durand", guardian.password) == code
    assert attempt(world, "c.durand", "wrong") == "S01"


class TestGuessing:
    def test_five_failures_lock_the_account_even_for_the_right_password(
        self, world: World, guardian: Someone, clock: Clock
    ) -> None:
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

    def test_a_success_clears_the_failures(self, world: World, guardian: Someone) -> None:
        for _ in range(3):
            assert [attempt(world, "c.durand", "wrong") for _ in range(4)] == ["S01"] * 4
            assert isinstance(attempt(world, "c.durand", guardian.password), Opened)

    def test_the_lock_doubles_up_to_an_hour(self, world: World, guardian: Someone, clock: Clock) -> None:
        for _ in range(4):
            attempt(world, "c.durand", "wrong")
        for pause in (300, 600, 1200, 2400, 3600):
            assert attempt(world, "c.durand", "wrong") == "S01"
            clock.advance(pause - 1)
            assert attempt(world, "c.durand", guardian.password) == "S02"
            clock.advance(1)

    def test_attempts_during_a_lock_do_not_prolong_it(
        self, world: World, guardian: Someone, clock: Clock
    ) -> None:
        for _ in range(5):
            attempt(world, "c.durand", "wrong")
        for _ in range(50):
            assert attempt(world, "c.durand", "wrong") == "S02"
        clock.advance(300)
        assert isinstance(attempt(world, "c.durand", guardian.password), Opened)

    def test_an_administrator_clears_the_lock(self, world: World, guardian: Someone) -> None:
        for _ in range(5):
            attempt(world, "c.durand", "wrong")
        lock.unlock(world.facts(guardian), "test", world.clock())
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
    def test_an_address_has_a_limit_over_all_accounts(
        self, world: World, guardian: Someone, clock: Clock
    ) -> None:
        for number in range(8):
            assert attempt(world, f"n{number}", "wrong") == "S01"
        assert attempt(world, "c.durand", guardian.password) == "S05"
        assert isinstance(attempt(world, "c.durand", guardian.password, "192.0.2.99"), Opened)
        clock.advance(3600)
        assert isinstance(attempt(world, "c.durand", guardian.password), Opened)

    @pytest.mark.settings(throttling={"per_address": 8})
    def test_successful_sign_ins_use_no_limit_of_the_address(self, world: World, guardian: Someone) -> None:
        for _ in range(30):
            assert isinstance(attempt(world, "c.durand", guardian.password), Opened)


class TestSessions:
    def read(self, world: World, token: str) -> bool:
        return sessions.read(token, world.clock(), world.app.extensions["settings"].sessions) is not None

    def open(self, world: World, someone: Someone) -> str:
        opened = attempt(world, someone.username, someone.password)
        assert isinstance(opened, Opened)
        return opened.token

    def test_a_session_ends_after_half_an_hour_without_use(
        self, world: World, guardian: Someone, clock: Clock
    ) -> None:
        token = self.open(world, guardian)
        clock.advance(1799)
        assert self.read(world, token)
        clock.advance(1)
        assert not self.read(world, token)

    def test_a_new_password_ends_all_sessions(self, world: World, guardian: Someone, clock: Clock) -> None:
        token = self.open(world, guardian)
        world.choose_password(guardian, "Poires-Vertes-1848")
        assert not self.read(world, token)
        opened = attempt(world, guardian.username, "Poires-Vertes-1848")
        assert isinstance(opened, Opened), "in the same second already"
        assert self.read(world, opened.token)

    def test_a_reset_ends_all_sessions(self, world: World, guardian: Someone) -> None:
        token = self.open(world, guardian)
        reset.reset(world.facts(guardian), "test", world.clock())
        assert not self.read(world, token)

    def test_each_sign_in_has_its_own_id(self, world: World, guardian: Someone) -> None:
        assert self.open(world, guardian) != self.open(world, guardian)

    def test_an_invalid_token_has_no_session(self, world: World) -> None:
        assert not self.read(world, "x")
        assert not self.read(world, "x" * 500)


def test_an_older_hash_is_renewed_at_login(world: World, guardian: Someone) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=32, parallelism=1).hash(guardian.password)
    world.set_account(guardian, password_hash=old)
    assert isinstance(attempt(world, "c.durand", guardian.password), Opened)
    stored = (
        reading().execute(select(Account.password_hash).where(Account.id == guardian.account)).scalar_one()
    )
    assert stored != old
    assert not hashing_pool().is_outdated(stored, guardian.password)


class TestMailAddress:
    """The confirmed address serves as identifier where it leads to one account of the profile that was chosen."""

    @pytest.fixture
    def claire(self, world: World) -> Someone:
        values = {"mail": "Claire@example.org", "mail_verified_at": 1}
        return world.guardian(username="c.durand", **values)

    def enter(
        self, world: World, typed: str, password: str, profiles: tuple[str, ...] = ("responsable",)
    ) -> str:
        """The username of who came in, or the code of the refusal."""
        try:
            arguments = (typed, password, HOME, "Test browser", world.clock())
            return sign_in(*arguments, profiles=profiles).account.username
        except Refusal as refusal:
            return refusal.code

    @pytest.mark.parametrize("typed", ["Claire@example.org", " claire@EXAMPLE.org ", "CLAIRE@example.org"])
    def test_a_mail_address_signs_in(self, world: World, claire: Someone, typed: str) -> None:
        assert self.enter(world, typed, claire.password) == "c.durand"
        assert self.enter(world, typed, "wrong") == "S01"

    def test_a_mail_address_signs_in_on_the_page(self, world: World, app: Flask, claire: Someone) -> None:
        visitor = Visitor(app).opens("/account").fills(profile="responsable")
        visitor.fills(username="claire@example.org", password=claire.password)
        assert "S01" not in visitor.words
        assert reading().execute(select(Session.account_id)).scalars().all() == [claire.account]

    @pytest.mark.parametrize("typed", ["Élise@société.fr", "E\u0301lise@xn--socit-esab.fr"])
    def test_a_mail_address_of_any_script_signs_in(self, world: World, typed: str) -> None:
        elise = world.guardian("Élise", mail="Élise@xn--socit-esab.fr", mail_verified_at=1)
        assert self.enter(world, typed, elise.password) == elise.username

    @pytest.mark.parametrize("values", [{"mail_verified_at": None}, {"state": "closed"}, {"present": False}])
    def test_the_mail_address_must_be_confirmed_and_the_account_open(
        self, world: World, claire: Someone, values: dict[str, object]
    ) -> None:
        world.set_account(claire, **values)
        assert self.enter(world, "claire@example.org", claire.password) == "S01"

    def test_the_mail_address_must_be_unique_in_the_profile(self, world: World, claire: Someone) -> None:
        same = {"mail": "claire@example.org", "mail_verified_at": 1}
        world.pupil(username="l.durand", **same)
        world.staff(username="c.durand2", **same)
        wanted = {"responsable": "c.durand", "eleve": "l.durand", "personnel": "c.durand2"}
        for profile, username in wanted.items():
            assert self.enter(world, "claire@example.org", claire.password, (profile,)) == username
        assert self.enter(world, "claire@example.org", claire.password, ()) == "S01"
        world.pupil(username="t.durand", **same)
        assert self.enter(world, "claire@example.org", claire.password, ("eleve",)) == "S01", "whose of two?"

    def test_without_a_chosen_profile_the_first_that_the_service_accepts_counts(
        self, world: World, claire: Someone
    ) -> None:
        same = {"mail": "claire@example.org", "mail_verified_at": 1}
        world.pupil(username="l.durand", **same)
        world.staff(username="c.durand2", **same)
        for profiles, username in (
            (("responsable", "eleve", "personnel"), "c.durand"),
            (("personnel", "responsable"), "c.durand2"),
            (("eleve", "personnel"), "l.durand"),
        ):
            assert self.enter(world, "claire@example.org", claire.password, profiles) == username
        world.pupil(username="t.durand", **same)
        assert self.enter(world, "claire@example.org", claire.password, ("eleve", "personnel")) == "S01"
        assert self.enter(world, "claire@example.org", claire.password, ("personnel", "eleve")) == "c.durand2"

    def test_the_mail_address_shares_the_bucket_of_the_username(self, world: World, claire: Someone) -> None:
        for typed in ("c.durand", "claire@example.org", "CLAIRE@example.org", "C.Durand", "c.durand"):
            assert self.enter(world, typed, "wrong") == "S01"
        assert self.enter(world, "claire@example.org", claire.password) == "S02"
        assert self.enter(world, "c.durand", claire.password) == "S02"

    def test_an_unknown_mail_address_has_a_bucket_of_its_own(self, world: World, claire: Someone) -> None:
        tries = [self.enter(world, "nobody@example.org", "wrong") for _ in range(6)]
        assert tries == ["S01"] * 5 + ["S02"]
        assert self.enter(world, "Nobody@Example.org", "wrong") == "S02"
        assert self.enter(world, "somebody@example.org", "wrong") == "S01"

    def test_the_mail_address_is_looked_up_by_index(self, world: World) -> None:
        sqlite = reading().dialect.name == "sqlite"
        dialect = sqlite_dialect if sqlite else postgresql_dialect
        statement = contacts._credentials.compile(dialect=dialect(paramstyle="named"))  # type: ignore[no-untyped-call]
        explain = text(f"{'EXPLAIN QUERY PLAN' if sqlite else 'EXPLAIN'} {statement}")
        world.guardian()
        with transaction() as tx:
            if not sqlite:
                # The planner scans small tables whole, whatever their indexes: for this transaction they are large.
                tx.execute(text("SET LOCAL enable_seqscan = off"))
                large = "UPDATE pg_class SET reltuples = 400000, relpages = 1 WHERE relname IN ('accounts', 'persons')"
                large_tables = tx.begin_nested()
                tx.execute(text(large))
            kinds = {"first_kind": "guardian", "second_kind": "pupil", "third_kind": "staff"}
            parameters = {**statement.params, "address": "a@b.fr", **kinds}
            plan = str(tx.execute(explain, parameters).all())
            if not sqlite:
                large_tables.rollback()
        assert "ix_accounts_mail_folded" in plan and "SCAN accounts" not in plan, plan


class TestForms:
    """A password is the same in every composition of its characters (NIST SP 800-63B-3 §5.1.1.2)."""

    COMPOSED, DECOMPOSED = "C\u00e9leri-R\u00e9moulade-1789", "Ce\u0301leri-Re\u0301moulade-1789"

    def choose(self, world: World, guardian: Someone, password: str) -> None:
        world.choose_password(guardian, password)

    @pytest.mark.parametrize(("chosen", "typed"), [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED)])
    def test_composed_and_decomposed_forms_are_one_password(
        self, world: World, guardian: Someone, chosen: str, typed: str
    ) -> None:
        self.choose(world, guardian, chosen)
        assert isinstance(attempt(world, "c.durand", typed), Opened)
        assert isinstance(attempt(world, "c.durand", chosen), Opened)
        assert attempt(world, "c.durand", chosen.replace("\u0301", "").replace("\u00e9", "e")) == "S01"

    @pytest.mark.parametrize("blanks", ["{} ", " {}", "{}\n", "\u00a0{}\t"])
    def test_surrounding_spaces_are_ignored_within_one_attempt(
        self, world: World, guardian: Someone, blanks: str
    ) -> None:
        for password in (guardian.password, self.COMPOSED):
            if password != guardian.password:
                self.choose(world, guardian, password)
            assert [attempt(world, "c.durand", "wrong ") for _ in range(4)] == ["S01"] * 4
            assert isinstance(attempt(world, "c.durand", blanks.format(password)), Opened)

    def test_chosen_spaces_are_part_of_the_password(self, world: World, guardian: Someone) -> None:
        self.choose(world, guardian, " Poires-Vertes-1848 ")
        assert attempt(world, "c.durand", "Poires-Vertes-1848") == "S01"
        assert isinstance(attempt(world, "c.durand", " Poires-Vertes-1848 "), Opened)

    def test_a_hash_of_the_raw_text_is_accepted_and_renewed(self, world: World, guardian: Someone) -> None:
        raw = hashing_pool()._hasher.hash(self.DECOMPOSED)
        world.set_account(guardian, password_hash=raw)
        assert attempt(world, "c.durand", self.COMPOSED) == "S01", "nothing can tell that it is the same"
        assert isinstance(attempt(world, "c.durand", self.DECOMPOSED), Opened)
        assert isinstance(attempt(world, "c.durand", self.COMPOSED), Opened), "renewed at the sign-in before"

    def test_the_present_password_is_refused_in_every_form(self, world: World, guardian: Someone) -> None:
        self.choose(world, guardian, self.COMPOSED)
        for typed in (self.COMPOSED, self.DECOMPOSED, f"{self.COMPOSED} "):
            with pytest.raises(Refusal, match="A09"):
                checked_hash(world.facts(guardian), typed)

    def test_two_forms_of_one_password_count_as_equal(self, world: World, guardian: Someone) -> None:
        checked_hash(world.facts(guardian), self.COMPOSED, self.DECOMPOSED)

    def test_the_rules_check_the_normalised_text(self, world: World, guardian: Someone) -> None:
        short = "Ce\u0301le\u0301ri-178"
        assert len(short) == 12 and "length" in failed_rules(world.facts(guardian), short)
