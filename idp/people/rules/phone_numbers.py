"""Phone numbers in any usual writing → E.164, by Google's rules (phonenumbers)."""

LONGEST = 40


def clean_number(typed: str, region: str) -> str | None:
    """The number in E.164, or None if it cannot be one. `region`: ISO 3166 of numbers written without their country."""
    if len(typed) > LONGEST:
        return None
    # Loaded where it is used: its tables cost the start of every process too much.
    import phonenumbers

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


def readable_number(number: str, region: str) -> str:
    """An E.164 number as people of `region` read it: 06 12 34 56 78, or +49 … for one from elsewhere."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return number
    at_home = phonenumbers.region_code_for_number(parsed) == region
    form = (
        phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(parsed, form)
