"""Typed phone numbers for SMS: read by the numbering plans of the person's schools; landlines are refused."""

from idp.database.engine import reading
from idp.people.rules.phone_numbers import clean_number, is_landline, territory_of
from idp.people.storage import schools
from idp.refusals import Refusal
from idp.refusals.recovery import LANDLINE_NUMBER, UNUSABLE_PHONE_NUMBER
from idp.runtime.context import settings


def number_for_sms(typed: str, person: int | None = None, unread: str = UNUSABLE_PHONE_NUMBER) -> str:
    """The number in E.164. The territories of the schools of `person` come first, then `sms.country` of the settings.

    Raises Refusal `unread` (valid in no plan), V12 (a landline).
    """
    uais = schools.uais_of(reading(), person) if person is not None else []
    number = clean_number(typed, *(territory_of(uai) for uai in uais), settings().sms.country)
    if number is None:
        raise Refusal(unread, "not a phone number")
    if is_landline(number):
        raise Refusal(LANDLINE_NUMBER, "a landline gets no SMS")
    return number
