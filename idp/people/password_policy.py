"""The password rules of one person: settings, common passwords and what is known of them, put together."""

from functools import cache
from importlib.resources import files

from idp.context import settings
from idp.database import reading
from idp.people.rules.accounts import AccountFacts
from idp.people.rules.credentials import (
    PasswordContext,
    PasswordPolicy,
    check_password,
    plain,
)
from idp.people.storage import accounts as storage


def policy_of(facts: AccountFacts) -> PasswordPolicy:
    """The policy for this kind of person."""
    given = settings().passwords
    if facts.kind == "pupil":
        return PasswordPolicy(given.pupil_length, None)
    return PasswordPolicy(given.adult_length, given.adult_passphrase)


def failed_rules(facts: AccountFacts, password: str) -> tuple[str, ...]:
    """Codes of the rules that `password` breaks, in the order of the page."""
    words, birth_date, places = storage.words_about(reading(), facts)
    context = PasswordContext(facts.username, (*words, *places), birth_date)
    checked = check_password(password, policy_of(facts), context, common_passwords())
    return tuple(code for code, kept in checked if not kept)


@cache
def common_passwords() -> frozenset[str]:
    """The bundled list, folded as passwords are before they are compared."""
    text = (files("idp.people.rules") / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(plain(line) for line in text.splitlines() if line and not line.startswith("#"))
