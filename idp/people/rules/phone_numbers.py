"""Phone numbers in any usual writing → E.164, by Google's rules (phonenumbers)."""

import phonenumbers

LONGEST = 40


def clean_number(typed: str, region: str) -> str | None:
    """The number in E.164, or None if it cannot be one. `region`: ISO 3166 of numbers written without their country."""
    if len(typed) > LONGEST:
        return None
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked_number(number: str) -> str:
    """Enough for its owner to know it: the last two digits."""
    return f"•• •• •• •• {number[-2:]}"
