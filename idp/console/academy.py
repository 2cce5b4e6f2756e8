"""What the pages of the academy show: its schools, and the people of all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter

from idp.console import personal_data
from idp.console.rules.listings import Listing, arrange
from idp.console.rules.people_query import read_query
from idp.console.rules.tables import A_PAGE
from idp.console.storage import erasure, numbers, rights, search, staff
from idp.console.storage.numbers import SchoolNumbers as SchoolNumbers
from idp.console.storage.search import PersonRow
from idp.database.engine import reading
from idp.people.rules.accounts import AccountFacts

BELOW = ("25", "50", "75", "100")
"""Percentages by which the schools are filtered."""


@dataclass(frozen=True)
class PersonRecord:
    """What is stored on a person of any school. `schools`: (UAI, name). `obstacle`: why they cannot be erased yet (`personal_data.erasure_obstacle`)."""

    schools: tuple[tuple[str, str], ...]
    facts: erasure.Facts | None
    obstacle: str | None


def search_people(text: str, kinds: frozenset[str]) -> list[PersonRow]:
    """The first page of the people of every school whom a typed text names."""
    return search.in_academy(reading(), read_query(text, ()), kinds)


def schools(parameters: Mapping[str, str], a_page: int = A_PAGE) -> Listing[SchoolNumbers]:
    """A page of the schools. `parameters`: q, sort, page, and `below`: a share of active pupils in percent.

    Only the order or the filter by progress needs the numbers of every school.
    """
    columns = {name: attrgetter(name) for name in ("name", "uai", "imported_at")}
    below = parameters.get("below", "")
    if below in BELOW or parameters.get("sort", "").lstrip("-") == "active" or a_page > A_PAGE:
        every = numbers.of_every_school(reading())
        rows = [row for row in every if below not in BELOW or (row.share or 0) * 100 < int(below)]
        return arrange(rows, {**columns, "active": attrgetter("share")}, parameters, a_page, below=below)
    listing = arrange(rights.schools_by_id(reading(), None), columns, parameters, a_page, below=below)
    by_id = {row.id: row for row in numbers.by_school(reading(), [row.id for row in listing.rows])}
    return listing.showing([by_id[row.id] for row in listing.rows])


def record_of(account: AccountFacts, now: int) -> PersonRecord:
    return PersonRecord(
        tuple(staff.schools_of_person(reading(), account.person_id)),
        erasure.facts(reading(), account.person_id),
        personal_data.erasure_obstacle(account, now),
    )
