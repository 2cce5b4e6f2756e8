"""The rotation rule: no relying party that caches the JWKS for the allowed time receives an unknown kid."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from keys.rotation import (
    ALGORITHMS,
    Change,
    Create,
    KeyRecord,
    NoSuchKey,
    RotationPolicy,
    Step,
    plan,
    published,
    retire,
    rotate,
    signer,
)

HOUR, DAY = 3600, 86400
POLICY = RotationPolicy(publish_ahead=HOUR, longest_token_life=600, signing_life=90 * DAY)
_numbers = itertools.count()


def carry_out(keys: list[KeyRecord], steps: list[Step], now: int) -> list[KeyRecord]:
    """What the database would hold after the steps."""
    known = {key.kid: key for key in keys}
    for step in steps:
        if isinstance(step, Create):
            kid = f"k{next(_numbers)}"
            known[kid] = KeyRecord(kid, step.alg, now, now, step.activates_at)
        elif isinstance(step, Change):
            changed = {
                "activates_at": step.activates_at,
                "retires_at": step.retires_at,
                "removed_at": step.removed_at,
            }
            known[step.kid] = replace(known[step.kid], **changed)
    return list(known.values())


def kids(keys: list[KeyRecord], now: int) -> set[str]:
    return {key.kid for key in published(keys, now)}


def test_the_first_keys_sign_at_once_one_for_each_algorithm() -> None:
    keys = carry_out([], plan([], 1000, POLICY), 1000)
    assert {signer(keys, alg, 1000).alg for alg in ALGORITHMS} == set(ALGORITHMS)  # type: ignore[union-attr]
    assert plan(keys, 1000, POLICY) == []


def test_a_next_key_is_published_before_it_signs_and_the_old_key_until_its_last_token_expires() -> None:
    keys = carry_out([], plan([], 0, POLICY), 0)
    old = signer(keys, "ES256", 0)
    assert old is not None
    due = 90 * DAY - HOUR
    assert plan(keys, due - 1, POLICY) == []
    keys = carry_out(keys, plan(keys, due, POLICY), due)
    new = next(key for key in keys if key.alg == "ES256" and key.kid != old.kid)
    assert new.kid in kids(keys, due)
    assert signer(keys, "ES256", due + HOUR - 1).kid == old.kid  # type: ignore[union-attr]
    assert signer(keys, "ES256", due + HOUR).kid == new.kid  # type: ignore[union-attr]
    assert old.kid in kids(keys, due + HOUR + 599)
    assert old.kid not in kids(keys, due + HOUR + 600)
    assert plan(keys, due, POLICY) == [], "the same moment again has nothing left to do"


@seed(20261123)
@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40 * DAY), st.booleans()), min_size=1, max_size=30),
    st.integers(1, HOUR),
)
def test_a_cached_jwks_always_knows_the_key_of_a_fresh_token(turns: list[tuple[int, bool]], age: int) -> None:
    now, keys = 0, carry_out([], plan([], 0, POLICY), 0)
    seen: list[tuple[int, set[str]]] = []
    for pause, by_hand in turns:
        seen.append((now, kids(keys, now)))
        now += pause
        if by_hand:
            keys = carry_out(keys, rotate(keys, "ES256", now, POLICY), now)
        keys = carry_out(keys, plan(keys, now, POLICY), now)
        for moment in (now, now + age):
            key = signer(keys, "ES256", moment)
            assert key is not None
            # A cache filled up to an hour before a token was signed, and a token verified at the end of its life.
            assert key.published_at <= moment - HOUR or key.created_at == 0
            assert key.kid in kids(keys, moment + POLICY.longest_token_life - 1)


def test_rotating_twice_in_a_row_makes_one_next_key() -> None:
    keys = carry_out([], plan([], 0, POLICY), 0)
    keys = carry_out(keys, rotate(keys, "ES256", 10, POLICY), 10)
    assert rotate(keys, "ES256", 20, POLICY) == []


def test_an_emergency_retirement_removes_the_key_and_another_signs_at_once() -> None:
    keys = carry_out([], plan([], 0, POLICY), 0)
    lost = signer(keys, "RS256", 5)
    assert lost is not None
    keys = carry_out(keys, retire(keys, lost.kid, 5), 5)
    assert lost.kid not in kids(keys, 5)
    assert signer(keys, "RS256", 5) is not None
    waiting = carry_out(keys, rotate(keys, "RS256", 10, POLICY), 10)
    current = signer(waiting, "RS256", 10)
    assert current is not None
    after = carry_out(waiting, retire(waiting, current.kid, 11), 11)
    assert len([key for key in after if key.alg == "RS256"]) == 3, (
        "the next key is promoted, none is made in vain"
    )
    assert signer(after, "RS256", 11) is not None


def test_a_retired_next_key_leaves_the_present_key_signing() -> None:
    keys = carry_out([], plan([], 0, POLICY), 0)
    keys = carry_out(keys, rotate(keys, "ES256", 10, POLICY), 10)
    present, lost = signer(keys, "ES256", 10), next(key for key in keys if key.state(10) == "next")
    keys = carry_out(keys, retire(keys, lost.kid, 20), 20)
    for moment in (20, 10 + HOUR, 10 + HOUR + DAY):
        assert signer(keys, "ES256", moment) == replace(present, retires_at=None, removed_at=None)  # type: ignore[type-var]
    assert lost.kid not in kids(keys, 21)


def test_an_unknown_or_retired_key_cannot_be_retired() -> None:
    with pytest.raises(NoSuchKey):
        retire([], "nothing", 0)
    gone = KeyRecord("k", "ES256", 0, 0, 0, 1, 2)
    with pytest.raises(NoSuchKey):
        retire([gone], "k", 5)


@pytest.mark.parametrize(("now", "state"), [(0, "next"), (10, "signing"), (20, "retiring"), (30, "retired")])
def test_the_four_states_of_a_key(now: int, state: str) -> None:
    assert KeyRecord("k", "ES256", 0, 0, 10, 20, 30).state(now) == state


def test_no_kid_can_be_taken_for_an_option() -> None:
    """One in 64 would begin with a hyphen; of 300 there are none by chance once in a hundred runs."""
    from keys.generation import generate

    assert not [kid for _ in range(300) if (kid := generate("EdDSA").kid).startswith("-")]


def test_a_next_key_of_a_clock_that_was_ahead_is_brought_forward() -> None:
    ahead = 10**8
    keys = carry_out([], plan([], 0, POLICY), 0)
    old = signer(keys, "ES256", 0)
    assert old is not None
    keys = carry_out(keys, rotate(keys, "ES256", ahead, POLICY), ahead)
    keys = carry_out(keys, plan(keys, 10, POLICY), 10)
    assert signer(keys, "ES256", 10) == replace(old, retires_at=10 + HOUR, removed_at=10 + HOUR + 600)
    new = signer(keys, "ES256", 10 + HOUR)
    assert new is not None and new.kid != old.kid
    assert plan(keys, 11, POLICY) == []


def test_a_rotation_under_a_clock_that_was_set_back_makes_no_key_that_signs_unannounced() -> None:
    keys = carry_out([], plan([], HOUR, POLICY), HOUR)
    assert rotate(keys, "ES256", 0, POLICY) == []
