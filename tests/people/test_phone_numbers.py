"""Phone numbers in usual notations, by the territory in which they are valid, and their display."""

import pytest

from idp.people.rules.phone_numbers import (
    clean_number,
    is_landline,
    masked_number,
    readable_number,
    territory_of,
)

TERRITORIES = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC")

ANYWHERE = [
    ("06 12 34 56 78", "+33612345678"),
    ("07 81 23 45 67", "+33781234567"),
    ("0690 00 12 34", "+590690001234"),
    ("0696 20 12 34", "+596696201234"),
    ("0694 20 12 34", "+594694201234"),
    ("0692 11 22 33", "+262692112233"),
    ("0693 12 34 56", "+262693123456"),
    ("0639 01 23 45", "+262639012345"),
    ("0639 98 00 01", "+33639980001"),
    ("87 12 34 56", "+68987123456"),
    ("0033 6 12 34 56 78", "+33612345678"),
    ("00 262 692 11 22 33", "+262692112233"),
    ("+687 75 12 34", "+687751234"),
    ("+508 55 12 34", "+508551234"),
    ("+681 82 12 34", "+681821234"),
    ("+49 1512 3456789", "+4915123456789"),
    ("+32 470 12 34 56", "+32470123456"),
    ("01 23 45 67 89", "+33123456789"),
    ("06 12 34 56 7", None),
    ("06 12 34 56 789", None),
    ("0600", None),
    ("+33 692 11 22 33", None),
]


@pytest.mark.parametrize("home", TERRITORIES)
@pytest.mark.parametrize(("typed", "number"), ANYWHERE)
def test_a_number_is_of_the_territory_that_makes_it_valid(home: str, typed: str, number: str | None) -> None:
    assert clean_number(typed, home, "FR") == number


@pytest.mark.parametrize(
    ("typed", "home", "number"),
    [
        ("75.12.34", "NC", "+687751234"),
        ("75.12.34", "FR", None),
        ("75.12.34", "RE", None),
        ("82 12 34", "WF", "+681821234"),
        ("82 12 34", "FR", None),
        ("055 12 34", "PM", "+508551234"),
        ("055 12 34", "FR", None),
        ("40 41 23 45", "PF", "+68940412345"),
        ("0269 60 12 34", "YT", "+262269601234"),
        ("0590 27 12 34", "BL", "+590590271234"),
        ("0590 27 12 34", "MF", "+590590271234"),
    ],
)
def test_the_plan_of_the_school_comes_first_and_six_digits_need_it(
    typed: str, home: str, number: str | None
) -> None:
    assert clean_number(typed, home) == number


@pytest.mark.parametrize(
    ("uai", "territory"),
    [
        ("0990001N", "FR"),
        ("6200001A", "FR"),
        ("7200001B", "FR"),
        ("9710001A", "GP"),
        ("9720001A", "MQ"),
        ("9730001A", "GF"),
        ("9740001H", "RE"),
        ("9750001A", "PM"),
        ("9760001A", "YT"),
        ("9770001A", "BL"),
        ("9780001A", "MF"),
        ("9860001A", "WF"),
        ("9870001A", "PF"),
        ("9880001A", "NC"),
        ("", "FR"),
    ],
)
def test_a_schools_territory_is_in_its_uai(uai: str, territory: str) -> None:
    assert territory_of(uai) == territory


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("+33 (0)6.12.34.56.78", "FR", "+33612345678"),
        ("\u202a06 12 34\u00a056 78\u202c\u200b", "FR", "+33612345678"),
        ("612345678", "FR", "+33612345678"),
        ("0470 12 34 56", "BE", "+32470123456"),
        ("", "FR", None),
        ("12", "FR", None),
        ("c.durand", "FR", None),
        ("1" * 41, "FR", None),
    ],
)
def test_e164_whatever_was_typed(typed: str, region: str, number: str | None) -> None:
    assert clean_number(typed, region) == number


@pytest.mark.parametrize(
    ("number", "fixed"),
    [
        ("+33123456789", True),
        ("+262262161234", True),
        ("+68940412345", True),
        ("+33612345678", False),
        ("+33901234567", False),
        ("+262692112233", False),
        ("+33639980001", False),
        ("+12015550123", False),
        ("nonsense", False),
    ],
)
def test_landlines_are_recognised_by_the_plan(number: str, fixed: bool) -> None:
    assert is_landline(number) is fixed


@pytest.mark.parametrize(
    ("number", "read"),
    [("+33612345678", "06 12 34 56 78"), ("+4915123456789", "+49 1512 3456789"), ("nonsense", "nonsense")],
)
def test_numbers_are_shown_in_national_notation(number: str, read: str) -> None:
    assert readable_number(number, "FR") == read


def test_a_masked_number_shows_two_digits() -> None:
    assert masked_number("+33612345678").replace("•", "").split() == ["78"]
