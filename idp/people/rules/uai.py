"""A school's number (UAI): seven digits and the check letter that they give."""

UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


DEGREE = "2d"
"""SIECLE is the base of collèges and lycées: second degree."""


def is_uai(text: str) -> bool:
    """7 digits and the check letter that goes with them."""
    return len(text) == 8 and text[7] == check_letter(text[:7])


def check_letter(digits: str) -> str | None:
    """The letter that goes with the 7 digits of a UAI; None for anything but 7 digits."""
    if len(digits) != 7 or not (digits.isascii() and digits.isdigit()):
        return None
    return UAI_LETTERS[int(digits) % 23]
