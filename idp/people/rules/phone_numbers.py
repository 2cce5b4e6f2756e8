"""Phone numbers in any usual notation → E.164, by `phonenumbers` and the numbering plans of the French territories."""

from typing import TYPE_CHECKING

from idp import deferred
from idp.people.rules.legible_text import shown

if TYPE_CHECKING:
    import phonenumbers
else:
    phonenumbers = deferred.module("phonenumbers")

LONGEST = 40

_BY_UAI = {
    "971": "GP",
    "972": "MQ",
    "973": "GF",
    "974": "RE",
    "975": "PM",
    "976": "YT",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
_EVERYWHERE = ("FR", "GP", "MQ", "GF", "RE", "YT", "PF")
"""Territories whose numbers are accepted in every school. BL and MF share the plan of GP. NC, PM and WF have six-digit
plans, which mistyped numbers match: their numbers are accepted in their own schools only."""

_FICTION = "+3363998"
"""Mobile numbers that ARCEP reserves for fiction (decision 2018-0881, §2.5.12), unknown to `phonenumbers`; the demonstration
uses them."""


def territory_of(uai: str) -> str:
    """ISO 3166 code of the territory of a school: the département with which its UAI begins; 620 and 720 are Corsica."""
    return _BY_UAI.get(uai[:3], "FR")


def clean_number(typed: str, *homes: str) -> str | None:
    """The number in E.164, or None if it is valid in no plan.

    A number without a country code is read with the plan of each of `homes` (ISO 3166), then of metropolitan France, then
    of the other territories; the first plan in which it is valid counts. A check of lengths alone would accept 0692… as
    metropolitan.
    """
    typed = shown(typed)
    if len(typed) > LONGEST:
        return None
    for region in dict.fromkeys((*homes, *_EVERYWHERE)):
        try:
            number = phonenumbers.parse(typed, region)
        except phonenumbers.NumberParseException:
            continue
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        fiction = written.startswith(_FICTION) and phonenumbers.is_possible_number(number)
        if fiction or phonenumbers.is_valid_number(number):
            return written
    return None


def written_in_full(digits: str) -> list[str]:
    """E.164 numbers that end with `digits`: nine digits, or all eight or six in shorter plans."""
    codes = {9: (33, 262, 590, 594, 596), 8: (689,), 6: (508, 681, 687)}.get(len(digits), ())
    return [f"+{code}{digits}" for code in codes]


def is_landline(number: str) -> bool:
    """Whether an E.164 number is a fixed line, which gets no SMS."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.FIXED_LINE


def masked_number(number: str) -> str:
    """A masked number that its owner recognises by the last two digits."""
    return f"•• •• •• •• {number[-2:]}"


def readable_number(number: str, region: str) -> str:
    """An E.164 number in the notation of `region`: 06 12 34 56 78, or +49 … for other countries."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return number
    at_home = phonenumbers.region_code_for_number(parsed) == region
    form = (
        phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(parsed, form)
