"""A stranger cannot tell who has an account: not by status, headers or length of an answer, nor by its time.

Time is judged by a statistic over interleaved tries: the chance that a try at one kind of account takes longer than one
at another (Mann and Whitney's U). Where nothing can be told it is one half, whatever the machine does meanwhile.
"""

import random
import re
import time
from collections.abc import Callable
from itertools import combinations

import pytest
from flask import Flask

from idp.refusals import Refusal
from idp.signin.authentication import sign_in
from tests.visitor import SMS, Visitor
from tests.world import World

TRIES = 500
TELLING = 0.1
"""How far from one half the statistic may be. By chance alone it is beyond 0.075 once in 20,000 runs of 500 tries each."""

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


def chance_of_longer(one: list[float], other: list[float]) -> float:
    """The chance that a time of `one` is longer than one of `other`: ranks, so that no outlier counts twice."""
    ranked = sorted([(taken, 0) for taken in one] + [(taken, 1) for taken in other])
    ranks = sum(rank for rank, (_, kind) in enumerate(ranked, 1) if kind == 0)
    return (ranks - len(one) * (len(one) + 1) / 2) / (len(one) * len(other))


def timed(act: Callable[[str], None], usernames: list[str]) -> dict[str, list[float]]:
    """Times of `TRIES` interleaved tries at each username, in an order that differs from round to round."""
    chance, taken = random.Random(2026), {username: list[float]() for username in usernames}
    for username in usernames:
        act(username)
    for _ in range(TRIES):
        for username in chance.sample(usernames, len(usernames)):
            began = time.perf_counter()
            act(username)
            taken[username].append(time.perf_counter() - began)
    return taken


def assert_nothing_is_told(taken: dict[str, list[float]]) -> None:
    for one, other in combinations(taken, 2):
        chance = chance_of_longer(taken[one], taken[other])
        assert abs(chance - 0.5) < TELLING, f"{one} and {other}: {chance:.3f}"


def test_the_statistic_sees_a_difference() -> None:
    chance = random.Random(1)
    quick = [chance.gauss(1.0, 0.1) for _ in range(TRIES)]
    slow = [chance.gauss(1.1, 0.1) for _ in range(TRIES)]
    assert abs(chance_of_longer(slow, quick) - 0.5) > TELLING
    assert abs(chance_of_longer(quick, [chance.gauss(1.0, 0.1) for _ in range(TRIES)]) - 0.5) < TELLING


@pytest.mark.settings(throttling=PATIENT)
def test_a_refused_sign_in_takes_as_long_for_everybody(world: World) -> None:
    def attempt(username: str) -> None:
        with pytest.raises(Refusal, match="S01"):
            sign_in(username, "wrong", "192.0.2.1", "", world.clock())

    assert_nothing_is_told(timed(attempt, populate(world)))


@pytest.mark.settings(throttling=PATIENT, sms=SMS)
@pytest.mark.parametrize("page", ["username", "password", "activation"])
def test_a_recovery_takes_as_long_for_everybody(world: World, page: str) -> None:
    from idp.recovery import identifications, usernames

    populate(world)

    def attempt(contact: str) -> None:
        if page == "username":
            usernames.ask(contact, "fr", "192.0.2.1", world.clock())
        else:
            purpose, method = ("password", "mail") if page == "password" else ("activation", "sms")
            identifications.begin(purpose, method, contact, "fr", None, "b", "192.0.2.1", world.clock())

    known = {"username": "one@example.org", "password": "active.here1", "activation": "+33612345678"}[page]
    nobody = {"username": "two@example.org", "password": NOBODY, "activation": "+33699999999"}[page]
    assert_nothing_is_told(timed(attempt, [known, nobody]))


def answer(visitor: Visitor) -> tuple[int, int, list[tuple[str, str]]]:
    """Status, length and headers of an answer, without what is random in each."""
    assert visitor.page is not None
    random_ones = {"Set-Cookie", "Location", "Date"}
    headers = [
        (name, re.sub(r"/login/[^/]+", "", value) if name != "Set-Cookie" else value.partition("=")[0])
        for name, value in visitor.page.headers
        if name not in random_ones - {"Set-Cookie"}
    ]
    return visitor.page.status_code, len(visitor.page.data), sorted(headers)


@pytest.mark.settings(sms=SMS)
class TestAnswers:
    def test_a_refused_sign_in(self, app: Flask, outdoors: World) -> None:
        answers = []
        for username in populate(outdoors):
            visitor = Visitor(app).opens("/account").fills(profile="responsable")
            answers.append(answer(visitor.fills(username=username, password="wrong").sees("S01")))
        assert len({str(one) for one in answers}) == 1

    def test_a_door_that_closes(self, app: Flask, outdoors: World) -> None:
        answers = []
        for username in populate(outdoors):
            visitor = Visitor(app).opens("/account").fills(profile="responsable")
            for _ in range(6):
                visitor.fills(username=username, password="wrong")
            answers.append(answer(visitor.sees("S02")))
        assert len({str(one) for one in answers}) == 1

    @pytest.mark.parametrize("method", ["mail", "sms"])
    def test_a_lost_password(self, app: Flask, outdoors: World, method: str) -> None:
        answers = []
        for username in populate(outdoors):
            visitor = Visitor(app).opens("/recovery/password").fills(username=username, method=method)
            answers.append(answer(visitor))
            answers.append(answer(visitor.fills(code="000000").sees("V01")))
        assert len({str(one) for one in answers[::2]}) == len({str(one) for one in answers[1::2]}) == 1
