"""What the pages of the academy show: its schools, and the people of all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter

from idp.console import personal_data
from idp.console.rules.listings import Listing, arrange
from idp.console.rules.people_query import read_query
from idp.console.storage import erasure, numbers, rights, search, staff
from idp.console.storage.numbers import SchoolNumbers
from idp.console.storage.search import PersonRow
from idp.database.engine import reading
from idp.people.rules.accounts import AccountFacts


@dataclass(frozen=True)
class PersonRecord:
    """What is stored on a person of any school. `schools`: (UAI, name). `obstacle`: why they cannot be erased yet (`personal_data.erasure_obstacle`)."""

    schools: tuple[tuple[str, str], ...]
    facts: erasure.Facts | None
    obstacle: str | None


def search_people(text: str, kinds: frozenset[str]) -> list[PersonRow]:
    """The first page of the people of every school whom a typed text names."""
    return search.in_academy(reading(), read_query(text, ()), kinds)


def schools(parameters: Mapping[str, str]) -> Listing[SchoolNumbers]:
    """A page of the schools. `parameters`: sort and page. Only a list in the order of progress needs the numbers of every school."""
    if parameters["sort"].lstrip("-") == "active":
        return arrange(numbers.of_every_school(reading()), {"active": attrgetter("active")}, parameters)
    columns = {name: attrgetter(name) for name in ("name", "uai", "imported_at")}
    listing = arrange(rights.schools_by_id(reading(), None), columns, parameters)
    by_id = {row.id: row for row in numbers.by_school(reading(), [row.id for row in listing.rows])}
    return listing.showing([by_id[row.id] for row in listing.rows])


def record_of(account: AccountFacts, now: int) -> PersonRecord:
    return PersonRecord(
        tuple(staff.schools_of_person(reading(), account.person_id)),
        erasure.facts(reading(), account.person_id),
        personal_data.erasure_obstacle(account, now),
    )
