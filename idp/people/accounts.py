"""Find an account by its username, show it, note its language. Acts on an account are in `idp.accounts`."""

from dataclasses import asdict
from typing import Any

from idp.database.engine import reading, transaction
from idp.people.rules.accounts import AccountFacts
from idp.people.rules.usernames import normalise_username
from idp.people.storage import accounts as storage
from idp.people.storage import lifecycle


class NoSuchAccount(Exception):
    """No account has this username."""


def find(username: str) -> AccountFacts:
    """The account of a username, in any spelling that `normalise_username` accepts. Raises NoSuchAccount."""
    facts = storage.by_username(reading(), normalise_username(username))
    if facts is None:
        raise NoSuchAccount(username)
    return facts


def show(username: str) -> dict[str, Any]:
    """The facts of an account as a dict, for JSON. Raises NoSuchAccount."""
    return asdict(find(username))


def set_language(account: AccountFacts, language: str) -> None:
    """Note the language in which its person receives mails and SMS."""
    with transaction() as tx:
        lifecycle.set_language(tx, account.id, language)
