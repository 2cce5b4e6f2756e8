"""The password rules of one person: settings, common passwords and what is known of them, put together."""

from functools import cache
from importlib.resources import files

from idp.context import settings
from idp.database import reading
from idp.people import breached, strength
from idp.people.rules.accounts import AccountFacts
from idp.people.rules.credentials import (
    RULES,
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
    checked = dict(check_password(password, policy_of(facts), context, common_passwords()))
    if breached.is_breached(password):
        checked["common"] = False
    checked["strength"] = strength.score(password, (facts.username, *words, *places)) >= _least_score(facts)
    return tuple(code for code in RULES if not checked[code])


def _least_score(facts: AccountFacts) -> int:
    given = settings().passwords
    return given.pupil_strength if facts.kind == "pupil" else given.adult_strength


@cache
def common_passwords() -> frozenset[str]:
    """The bundled list, folded as passwords are before they are compared."""
    text = (files("idp.people.rules") / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(plain(line) for line in text.splitlines() if line and not line.startswith("#"))
