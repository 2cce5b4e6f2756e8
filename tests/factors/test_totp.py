"""RFC 6238's test vectors, and the allowed clock drift."""

import pytest

from idp.factors.rules.totp import code_at, key_address, matching_step, shown_key, step_at

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238_appendix_b(moment: int, code: str) -> None:
    assert code_at(SECRET, step_at(moment)) == code[-6:]


@pytest.mark.parametrize(
    ("drift", "matches"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_phone_may_be_half_a_minute_early_or_late(drift: int, matches: bool) -> None:
    now = 1_000_000_020
    typed = code_at(SECRET, step_at(now + drift))
    assert (matching_step(SECRET, typed, now) is not None) is matches


@pytest.mark.parametrize("dress", ["{0} {1}", " {0}{1} ", "{0}-{1}", "\t{0}\u00a0{1}"])
def test_a_code_may_be_spaced(dress: str) -> None:
    code = code_at(SECRET, step_at(90))
    assert matching_step(SECRET, dress.format(code[:3], code[3:]), 90) == 3


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "٠١٢٣٤٥", "abcdef", "9" * 5000])
def test_invalid_text_is_no_code(typed: str) -> None:
    assert matching_step(SECRET, typed, 90) is None


def test_the_key_can_be_scanned_and_typed() -> None:
    assert shown_key(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    address = key_address(SECRET, "c.durand", "EduConnect du collège")
    assert address.startswith(
        "otpauth://totp/EduConnect%20du%20coll%C3%A8ge:c.durand?secret=GEZDGNBVGY3TQOJQ"
    )
