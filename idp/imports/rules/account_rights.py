"""Guardians of an export who get no account."""

from idp.imports.rules.reasons import ReasonCode
from idp.imports.rules.records import PersonRecord

CHILD_WELFARE = "51"


def why_no_account(person: PersonRecord, relations: frozenset[str]) -> ReasonCode | None:
    """Why a legal guardian gets no account; None if they get one. Child welfare is often an institution, sometimes a person."""
    if CHILD_WELFARE in relations and not (person.first_name and person.civility):
        return ReasonCode.NO_ACCOUNT_INSTITUTION
    if not person.first_name:
        return ReasonCode.NO_ACCOUNT_NO_FIRST_NAME
    return None
