"""What records of the audit trail mention by number: accounts, persons, schools … A page looks up the names of all of them together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

NAMED = frozenset(
    {
        "account",
        "approval",
        "client",
        "delegation",
        "import",
        "initial_token",
        "job",
        "link",
        "person",
        "post",
        "school",
    }
)
"""Sorts of things that have a name: the part before the colon of an actor or subject, and `link` (a guardian and a child)."""

DETAIL_SORTS: dict[str, str] = {
    "client": "client",
    "joined": "account",
    "joined_to": "account",
    "link": "link",
    "person": "person",
    "school": "school",
}
"""Name of a detail whose value is the number (of a school: or the UAI) of such a thing."""


@dataclass(frozen=True)
class Mention:
    """A thing that a record mentions: "account" and "12"."""

    sort: str
    key: str


class Mentioning(Protocol):
    """A record, as far as this module reads it."""

    @property
    def actor(self) -> str: ...

    @property
    def subject(self) -> str: ...

    @property
    def detail(self) -> Mapping[str, Any]: ...


def mentions_of(records: Iterable[Mentioning]) -> frozenset[Mention]:
    """Everything with a name that these records mention."""
    return frozenset(mention for record in records for mention in _of_record(record))


def of_party(party: str) -> tuple[Mention, ...]:
    """The things that an actor or subject names: two for an act that two administrators agreed to ("account:12+34")."""
    sort, _, keys = party.partition(":")
    if sort not in NAMED or not keys:
        return ()
    parts = keys.split("+") if sort == "account" else [keys]
    return tuple(Mention(sort, key) for key in parts)


def of_detail(name: str, value: Any) -> Mention | None:
    """The thing that a detail names by its number, if it does."""
    sort = DETAIL_SORTS.get(name)
    if sort is None or isinstance(value, bool) or value in (None, ""):
        return None
    # A merge notes the account that ended by its number, its username in the record of the account that stays.
    if sort == "account" and not isinstance(value, int):
        return None
    return Mention(sort, str(value)) if isinstance(value, int | str) else None


def _of_record(record: Mentioning) -> Iterator[Mention]:
    yield from of_party(record.actor)
    yield from of_party(record.subject)
    for name, value in record.detail.items():
        if mention := of_detail(name, value):
            yield mention
