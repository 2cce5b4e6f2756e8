"""Who of a school will be recognised at a first login through each upstream, within the reach of the administrator."""

from dataclasses import dataclass

from idp.console import school_people
from idp.console.rules.people_query import PeopleQuery
from idp.console.rules.rights import Reach
from idp.console.rules.tables import MOST_ROWS
from idp.console.school_people import PersonRow
from idp.federation import outlook, upstreams
from idp.federation.rules.outlook import Outlook
from idp.people.rules.accounts import PROFILES
from idp.settings import FederatedProvider


@dataclass(frozen=True)
class RecognitionRow:
    """A person of the school, and what their first login will say. `match`: of the upstream."""

    person: PersonRow
    outlook: Outlook
    match: str

    @property
    def name(self) -> str:
        return f"{self.person.family_name} {self.person.first_name}"


@dataclass(frozen=True)
class Recognition:
    """The people of an upstream's profiles, by name."""

    upstream: FederatedProvider
    rows: tuple[RecognitionRow, ...]


def of_school(school: int, reach: Reach) -> list[Recognition]:
    """A list for each upstream of a profile within `reach`."""
    offered = upstreams.offered([PROFILES[kind] for kind in sorted(reach.kinds)])
    people = school_people.everybody(school, PeopleQuery(), reach, MOST_ROWS) if offered else []
    lists = []
    for upstream in offered:
        foreseen = outlook.of_accounts(upstream, [person.account for person in people])
        rows = [
            RecognitionRow(person, foreseen[person.account], upstream.match)
            for person in people
            if person.account in foreseen
        ]
        lists.append(Recognition(upstream, tuple(rows)))
    return lists
