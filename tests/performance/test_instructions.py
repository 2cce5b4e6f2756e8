"""The hot requests cost as many processor instructions as the repository says: a dearer one needs a decision.

After a change that is meant: `python -m bench.instructions --renew`, and commit `bench/instructions.json`.
"""

import os

import pytest

from bench import instructions
from bench.counted import WASTEFUL

RENEW = "if that is meant: python -m bench.instructions --renew"


@pytest.fixture(scope="module")
def counts() -> dict[str, int]:
    if missing := instructions.lacking():
        reason = (
            f"left out: instructions of the hot requests, for there is no {' and no '.join(missing)} here"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    if instructions.baseline() is None:
        pytest.skip(
            f"left out: instructions of the hot requests, for bench/instructions.json has none of {instructions.environment()}: "
            "python -m bench.instructions --renew"
        )
    return instructions.count()


@pytest.mark.slow
def test_the_hot_requests_cost_what_they_did(counts: dict[str, int]) -> None:
    expected = instructions.baseline()
    assert expected is not None
    assert not instructions.deviations(expected, counts), RENEW


@pytest.mark.slow
def test_a_needless_twentieth_is_noticed(counts: dict[str, int]) -> None:
    """Counted in the same way, in the same process, with an empty loop in each request."""
    dearer = instructions.deviations({"userinfo": counts["userinfo"]}, {"userinfo": counts[WASTEFUL]})
    assert len(dearer) == 1 and "dearer" in dearer[0]


def test_what_is_beyond_three_percent_is_named_either_way() -> None:
    """A cheaper request too: what was gained would otherwise be lost unseen."""
    expected = {"token": 1_000_000, "userinfo": 1_000_000, "refresh": 1_000_000}
    assert not instructions.deviations(
        expected, {"token": 1_029_000, "userinfo": 971_000, "refresh": 1_000_000}
    )
    lines = instructions.deviations(
        expected, {"token": 1_031_000, "userinfo": 969_000, "login page": 1, WASTEFUL: 1}
    )
    assert lines == [
        "login page: has no baseline",
        "refresh: not counted",
        "token: 1,031,000 instructions, 3.1% dearer than 1,000,000",
        "userinfo: 969,000 instructions, 3.1% cheaper than 1,000,000",
    ]
