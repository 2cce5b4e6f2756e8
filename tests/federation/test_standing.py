"""Whether an upstream can be used: what the console's list says of each moment before and after an end."""

import pytest

from idp.federation.upstreams import ENDS_SOON, Condition

NOW = 1_800_000_000


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition("no answer", 2, NOW + 10 * ENDS_SOON), "unusable"),
        (Condition(), "unknown"),
        (Condition(keys=1), "usable"),
        (Condition(keys=1, ends_at=NOW + ENDS_SOON), "usable"),
        (Condition(keys=1, ends_at=NOW + ENDS_SOON - 1), "ends"),
        (Condition(keys=1, ends_at=NOW + 1), "ends"),
        (Condition(keys=1, ends_at=NOW), "over"),
    ],
)
def test_an_upstream_is_pointed_at_before_it_ends(condition: Condition, expected: str) -> None:
    assert condition.standing(NOW) == expected
