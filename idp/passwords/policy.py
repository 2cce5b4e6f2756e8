"""Password rules for a person: the settings, lists of common passwords, and the person's names and dates."""

from functools import cache
from importlib.resources import files

from idp.database.engine import reading
from idp.passwords import breached, strength
from idp.passwords.rules.passwords import (
    RULES,
    PasswordContext,
    PasswordPolicy,
    check_password,
    normalise_password,
)
from idp.people.rules.accounts import AccountFacts
from idp.people.rules.names import plain
from idp.people.storage import accounts as storage
from idp.runtime.context import settings


def policy_of(facts: AccountFacts) -> PasswordPolicy:
    """The policy for this kind of person."""
    limits = settings().passwords
    if facts.kind == "pupil":
        return PasswordPolicy(limits.pupil_length, None)
    return PasswordPolicy(limits.adult_length, limits.adult_passphrase)


def failed_rules(facts: AccountFacts, password: str) -> tuple[str, ...]:
    """Codes of the rules that `password`, normalised, breaks, in the order of the page."""
    password = normalise_password(password)
    words, birth_date, places = storage.words_about(reading(), facts)
    context = PasswordContext(facts.username, (*words, *places), birth_date)
    checked = dict(check_password(password, policy_of(facts), context, common_passwords()))
    if breached.is_breached(password):
        checked["common"] = False
    checked["strength"] = strength.score(password, (facts.username, *words, *places)) >= _least_score(facts)
    return tuple(code for code in RULES if not checked[code])


def _least_score(facts: AccountFacts) -> int:
    limits = settings().passwords
    return limits.pupil_strength if facts.kind == "pupil" else limits.adult_strength


@cache
def common_passwords() -> frozenset[str]:
    """The bundled list of common passwords, folded for comparison."""
    text = (files("idp.passwords.rules") / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(plain(line) for line in text.splitlines() if line and not line.startswith("#"))
