"""One account has one bucket, for every spelling of its username and every form that takes credentials (CVE-2026-9798, CVE-2026-47203)."""

import itertools
import unicodedata

import pytest
from flask import Flask

from idp.refusals import Refusal
from idp.signin.authentication import sign_in, verify
from tests.actors.visitor import Visitor, messages
from tests.actors.world import World

SPELLINGS = [
    "e.durand",
    "E.DURAND",
    " e.durand ",
    "e. durand",
    "é.durand",
    unicodedata.normalize("NFD", "É.Dùrand"),
    "ｅ.ｄｕｒａｎｄ",
    "e.durand\u00a0",
]


@pytest.mark.parametrize("letter", [False, True], ids=["chosen password", "letter's password"])
def test_spellings_share_one_bucket_for_both_passwords(world: World, letter: bool) -> None:
    world.guardian(username="e.durand", state="notified" if letter else "active")
    codes = []
    for spelling in itertools.islice(itertools.cycle(SPELLINGS), 12):
        with pytest.raises(Refusal) as refused:
            sign_in(spelling, "wrong", "192.0.2.1", "", world.clock())
        codes.append(refused.value.code)
    assert codes == ["S01"] * 5 + ["S02"] * 7


def test_the_confirmation_of_a_sensitive_change_shares_the_bucket(world: World) -> None:
    someone = world.guardian(username="e.durand")
    for _ in range(5):
        with pytest.raises(Refusal, match="S01"):
            verify("E.Durand", "wrong", "192.0.2.1", "another browser", world.clock())
    with pytest.raises(Refusal, match="S02"):
        sign_in("e.durand", someone.password, "192.0.2.1", "", world.clock())


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_recovery_reads_a_username_as_the_sign_in_does(
    app: Flask, contextless: World, spelling: str
) -> None:
    contextless.guardian("Eve", username="e.durand")
    Visitor(app).opens("/recovery/password").fills(username=spelling)
    assert [mail["to"] for mail in messages(app, "mail")] == ["eve@example.org"]
