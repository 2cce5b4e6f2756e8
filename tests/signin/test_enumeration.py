"""Responses do not reveal whether an account exists: not by status, headers, length, nor by the work behind them.

A clock would say something else on each machine, so time is not measured: the same statements and the same hashes, in the
same order, take the same time.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from idp.passwords.hashing import hashing_pool
from idp.refusals import Refusal
from idp.signin.authentication import sign_in
from tests.actors.visitor import SMS, Visitor
from tests.actors.world import World
from tests.databases import lent
from tests.recorded import hashes, statements

KINDS = {
    "active.here1": {"state": "active"},
    "locked.here1": {"state": "locked"},
    "expire.here1": {"state": "expired"},
    "notify.here1": {"state": "notified"},
    "closed.here1": {"state": "closed"},
    "absent.here1": {"present": False},
}
NOBODY = "nobody.here1"
PATIENT = {"failures": 10**6, "per_address": 10**6, "per_network": 10**6}


def populate(world: World) -> list[str]:
    for username, changes in KINDS.items():
        world.guardian(
            username=username, mobile="+33612345678", mail="one@example.org", mail_verified_at=1, **changes
        )
    return [*KINDS, NOBODY]


def work(world: World, act: Callable[[], object]) -> tuple[list[str], list[str]]:
    """The statements and password hashes that `act` causes."""
    with statements(world.app) as executed, hashes() as hashed:
        act()
    return executed, hashed


class TestWork:
    @pytest.fixture
    def database_url(self) -> Iterator[str]:
        """SQLite's driver reports its statements; the code above the driver is the same for both engines."""
        with lent("sqlite") as url:
            yield url

    def test_the_comparison_detects_a_difference(self, world: World) -> None:
        """Neither list is blind: a look that only some accounts cause, and a hash more, both show."""
        plain = work(world, lambda: world.facts(world.guardian()))
        assert plain != work(world, lambda: None)
        assert work(world, lambda: hashing_pool().hash("x"))[1] == ["hash"]

    @pytest.mark.settings(throttling=PATIENT)
    def test_a_refused_sign_in(self, world: World) -> None:
        def attempt(username: str) -> None:
            with pytest.raises(Refusal, match="S01"):
                sign_in(username, "wrong", "192.0.2.1", "", world.clock())

        usernames = populate(world)
        for username in usernames:  # The first attempt inserts the bucket's row.
            attempt(username)
        wanted = work(world, lambda: attempt(NOBODY))
        assert wanted[1] == ["verify"] and len(wanted[0]) > 3
        for username in usernames:
            assert work(world, lambda username=username: attempt(username)) == wanted, username

    @pytest.mark.settings(throttling=PATIENT)
    @pytest.mark.parametrize("profiles", [("responsable",), ("responsable", "eleve", "personnel")])
    def test_a_refused_sign_in_with_a_mail_address(self, world: World, profiles: tuple[str, ...]) -> None:
        def attempt(typed: str) -> None:
            with pytest.raises(Refusal, match="S01"):
                sign_in(typed, "wrong", "192.0.2.1", "", world.clock(), "b", profiles=profiles)

        world.guardian(mail="known@example.org", mail_verified_at=1)
        world.guardian(mail="family@example.org", mail_verified_at=1)
        world.pupil(mail="family@example.org", mail_verified_at=1)
        world.staff(mail="staff@example.org", mail_verified_at=1)
        for number in range(2):
            world.guardian(mail="twice@example.org", mail_verified_at=number + 1)
        world.guardian(mail="open@example.org", mail_verified_at=None)
        wanted = None
        for typed in ("known", "family", "staff", "twice", "open", "nobody"):
            attempt(f"{typed}@example.org")
            done = work(world, lambda typed=typed: attempt(f"{typed}@example.org"))
            wanted = wanted or done
            assert done == wanted and wanted[1] == ["verify"], typed
        of_nobody = work(world, lambda: attempt(NOBODY))[0]
        attempt(NOBODY)
        assert len(work(world, lambda: attempt(NOBODY))[0]) == len(wanted[0]) and of_nobody  # type: ignore[index]

    @pytest.mark.settings(throttling=PATIENT)
    @pytest.mark.parametrize(
        ("typed", "runs"), [("wrong", 1), ("e\u0301", 2), (" wrong", 2), (" e\u0301 ", 3), ("\u00e9", 1)]
    )
    def test_the_number_of_hashes_depends_on_the_typed_text(
        self, world: World, typed: str, runs: int
    ) -> None:
        def attempt(username: str) -> None:
            with pytest.raises(Refusal, match="S01"):
                sign_in(username, typed, "192.0.2.1", "", world.clock())

        for username in populate(world):
            assert work(world, lambda username=username: attempt(username))[1] == ["verify"] * runs, username

    @pytest.mark.settings(throttling=PATIENT, sms=SMS)
    @pytest.mark.parametrize("page", ["username", "password", "activation"])
    def test_a_recovery(self, world: World, page: str) -> None:
        from idp.recovery import attempts, usernames

        populate(world)

        def attempt(contact: str) -> None:
            if page == "username":
                usernames.ask(contact, "fr", "192.0.2.1", world.clock())
            else:
                purpose, method = ("password", "mail") if page == "password" else ("activation", "sms")
                attempts.begin(purpose, method, contact, "fr", None, "b", "192.0.2.1", world.clock())

        known = {"username": "one@example.org", "password": "active.here1", "activation": "+33612345678"}[
            page
        ]
        unknown = {"username": "two@example.org", "password": NOBODY, "activation": "+33699999999"}[page]
        of_known = work(world, lambda: attempt(known))
        assert of_known == work(world, lambda: attempt(unknown)) and of_known[0]


def answer(visitor: Visitor) -> tuple[int, int, list[tuple[str, str]]]:
    """Status, length and headers of an answer, without what is random in each."""
    assert visitor.page is not None
    random_ones = {"Set-Cookie", "Location", "Date", "X-Request-Id"}
    headers = [
        (name, re.sub(r"/login/[^/]+", "", value) if name != "Set-Cookie" else value.partition("=")[0])
        for name, value in visitor.page.headers
        if name not in random_ones - {"Set-Cookie"}
    ]
    return visitor.page.status_code, len(visitor.page.data), sorted(headers)


@pytest.mark.settings(sms=SMS)
class TestAnswers:
    def test_a_refused_sign_in(self, app: Flask, contextless: World) -> None:
        answers = []
        for username in populate(contextless):
            visitor = Visitor(app).opens("/account").fills(profile="responsable")
            answers.append(answer(visitor.fills(username=username, password="wrong").sees("S01")))
        assert len({str(response) for response in answers}) == 1

    def test_a_refused_sign_in_without_a_profile_does_not_tell_the_profile(
        self, app: Flask, contextless: World
    ) -> None:
        """Of a guardian, a pupil, a member of staff and nobody: the answer is the same."""
        contextless.pupil(username="pupils.here1", state="active")
        contextless.staff(username="staffs.here1", state="active")
        answers, pages = [], set()
        for username in [*populate(contextless), "pupils.here1", "staffs.here1"]:
            visitor = Visitor(app).opens("/account")
            answers.append(answer(visitor.fills(username=username, password="wrong").sees("S01")))
            pages.add(visitor.words.replace(username, ""))
        assert len({str(response) for response in answers}) == 1
        assert len(pages) == 1

    def test_a_lock(self, app: Flask, contextless: World) -> None:
        answers = []
        for username in populate(contextless):
            visitor = Visitor(app).opens("/account").fills(profile="responsable")
            for _ in range(6):
                visitor.fills(username=username, password="wrong")
            answers.append(answer(visitor.sees("S02")))
        assert len({str(response) for response in answers}) == 1

    @pytest.mark.parametrize("method", ["mail", "sms"])
    def test_a_lost_password(self, app: Flask, contextless: World, method: str) -> None:
        answers = []
        for username in populate(contextless):
            visitor = Visitor(app).opens("/recovery/password").fills(username=username, method=method)
            answers.append(answer(visitor))
            answers.append(answer(visitor.fills(code="000000").sees("V01")))
        assert (
            len({str(response) for response in answers[::2]})
            == len({str(response) for response in answers[1::2]})
            == 1
        )
