"""Phone numbers in any usual writing, and as people read them."""

import pytest

from idp.people.rules.phone_numbers import clean_number, masked_number, readable_number


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("0033 6 12 34 56 78", "FR", "+33612345678"),
        ("+33 (0)6.12.34.56.78", "FR", "+33612345678"),
        ("0692 12 34 56", "RE", "+262692123456"),
        ("+49 1512 3456789", "FR", "+4915123456789"),
        ("", "FR", None),
        ("12", "FR", None),
        ("c.durand", "FR", None),
        ("1" * 41, "FR", None),
    ],
)
def test_e164_whatever_was_typed(typed: str, region: str, number: str | None) -> None:
    assert clean_number(typed, region) == number


@pytest.mark.parametrize(
    ("number", "read"),
    [("+33612345678", "06 12 34 56 78"), ("+4915123456789", "+49 1512 3456789"), ("nonsense", "nonsense")],
)
def test_as_people_read_them(number: str, read: str) -> None:
    assert readable_number(number, "FR") == read


def test_a_stranger_sees_two_digits() -> None:
    assert masked_number("+33612345678").replace("•", "").split() == ["78"]
