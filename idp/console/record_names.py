"""Names of what the audit trail mentions, looked up for a whole page: a statement for each sort of thing, none for each row."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext

from idp.audit.storage.records import Event
from idp.console.rules.mentions import Mention, mentions_of
from idp.console.rules.people_query import read_query
from idp.console.rules.record_words import OTHER_SCHOOL, PARTIES
from idp.console.rules.rights import ALL_KINDS, SchoolRow
from idp.console.storage import names as storage
from idp.console.storage import search
from idp.database.engine import reading
from idp.people.rules.names import plain
from idp.people.storage import accounts
from idp.services.protocols import find_service

Names = Mapping[Mention, str | None]
"""Mention → name; None for a person whose data were erased. What is gone is missing."""


def names_of(records: Iterable[Event]) -> Names:
    """The names of everything that these records mention."""
    return names_for(mentions_of(records))


def names_at(school: SchoolRow, records: Sequence[Event]) -> Names:
    """The names that a school's office reads: another school, and who works there alone, are "un autre établissement"."""
    names = dict(names_of(records))
    numbers = {int(mention.key) for mention in names if mention.sort == "account" and mention.key.isdecimal()}
    elsewhere = {str(number) for number in storage.accounts_elsewhere(reading(), numbers, school.id)}
    for mention in names:
        if (mention.sort == "account" and mention.key in elsewhere) or (
            mention.sort == "school" and mention.key not in (school.uai, str(school.id))
        ):
            names[mention] = gettext(OTHER_SCHOOL)
    return names


def names_for(mentions: Iterable[Mention]) -> Names:
    keys: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        keys[mention.sort].add(mention.key)
    names: dict[Mention, str | None] = {}
    for sort, of_sort in keys.items():
        names |= {Mention(sort, key): name for key, name in _of_sort(sort, of_sort).items()}
    return names


def _of_sort(sort: str, keys: set[str]) -> Mapping[str, str | None]:
    if sort == "school":
        return storage.of_schools(reading(), keys)
    if sort == "client":
        # The registry is in memory.
        services = {key: find_service(key) for key in keys}
        return {key: service[1].name for key, service in services.items() if service}
    if sort in storage.BY_NUMBER:
        numbers = {int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19}
        return storage.BY_NUMBER[sort](reading(), numbers)
    return {}


def parties_named(typed: str) -> list[str]:
    """The actors and subjects that a typed text means: a username, a name, "ligne de commande", or the record's own word.

    A text that means nobody stands for itself, and finds nothing.
    """
    typed = typed.strip()
    if not typed or ":" in typed or typed in PARTIES:
        return [typed] if typed else []
    for code, word in PARTIES.items():
        if plain(typed) in (plain(word), plain(gettext(word))):
            return [code]
    account = accounts.by_username(reading(), typed.lower())
    if account is not None:
        return [account.actor, f"person:{account.person_id}"]
    people = search.in_academy(reading(), read_query(typed, ()), ALL_KINDS)
    parties = [
        f"{sort}:{key}" for row in people for sort, key in (("account", row.account), ("person", row.person))
    ]
    return parties or [typed]
