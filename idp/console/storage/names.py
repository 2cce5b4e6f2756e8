"""Statements that name what the audit trail mentions by number: one for each sort of thing, whatever the number of rows."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import Connection, exists, func, or_, select
from sqlalchemy.orm import aliased

from idp.console.storage.tables import Approval, Delegation
from idp.database.chunks import select_in
from idp.jobs.storage.tables import JobRow
from idp.oidc.storage.tables import InitialAccessToken
from idp.people.storage.tables import Account, Guardianship, Person, School, StaffPost

Names = Mapping[str, str | None]
"""Key → name; None for a person whose data were erased. A thing that is gone is missing."""

_family_name = func.coalesce(Person.usage_name, Person.family_name)
_person = (Person.first_name, _family_name.label("family_name"), Person.erased_at)
_accounts = select(Account.id, *_person).join(Person, Person.id == Account.person_id)
_persons = select(Person.id, *_person)
_posts = select(StaffPost.id, *_person).join(Person, Person.id == StaffPost.person_id)
_delegations = select(Delegation.id, *_person).join(Person, Person.id == Delegation.person_id)
_guardian, _pupil = aliased(Person), aliased(Person)
_links = (
    select(
        Guardianship.id,
        _guardian.first_name,
        func.coalesce(_guardian.usage_name, _guardian.family_name).label("family_name"),
        _guardian.erased_at,
        _pupil.first_name.label("child"),
        func.coalesce(_pupil.usage_name, _pupil.family_name).label("child_family_name"),
        _pupil.erased_at.label("child_erased_at"),
    )
    .join(_guardian, _guardian.id == Guardianship.guardian_id)
    .join(_pupil, _pupil.id == Guardianship.pupil_id)
)


def of_accounts(connection: Connection, ids: Collection[int]) -> Names:
    return _of_people(connection, _accounts, Account.id, ids)


def accounts_elsewhere(connection: Connection, ids: Collection[int], school: int) -> list[int]:
    """Those of these accounts whose holders have worked at other schools alone, neither at this one nor at the academy."""
    post = StaffPost.person_id == Account.person_id
    here = exists().where(post, or_(StaffPost.school_id == school, StaffPost.school_id.is_(None)))
    statement = select(Account.id).where(exists().where(post), ~here)
    return [row.id for row in select_in(connection, statement, Account.id, ids)]


def of_persons(connection: Connection, ids: Collection[int]) -> Names:
    return _of_people(connection, _persons, Person.id, ids)


def of_posts(connection: Connection, ids: Collection[int]) -> Names:
    """The holders of posts."""
    return _of_people(connection, _posts, StaffPost.id, ids)


def of_delegations(connection: Connection, ids: Collection[int]) -> Names:
    """The colleagues to whom rights were lent."""
    return _of_people(connection, _delegations, Delegation.id, ids)


def of_links(connection: Connection, ids: Collection[int]) -> Names:
    """Guardian and child of each link; None if the data of one of them were erased."""
    return {
        str(row.id): None
        if row.erased_at or row.child_erased_at
        else f"{row.first_name} {row.family_name} – {row.child} {row.child_family_name}"
        for row in select_in(connection, _links, Guardianship.id, ids)
    }


def of_schools(connection: Connection, keys: Collection[str]) -> Names:
    """Schools by their UAI or number: a key is one or the other."""
    numbers = [int(key) for key in keys if key.isdecimal()]
    names: dict[str, str | None] = {}
    statement = select(School.id, School.uai, School.name)
    for column, values in ((School.uai, list(keys)), (School.id, numbers)):
        for row in select_in(connection, statement, column, values):
            names[row.uai if column is School.uai else str(row.id)] = row.name
    return names


def of_approvals(connection: Connection, ids: Collection[int]) -> Names:
    """The act that each request is for."""
    rows = select_in(connection, select(Approval.id, Approval.act), Approval.id, ids)
    return {str(row.id): row.act for row in rows}


def of_jobs(connection: Connection, ids: Collection[int]) -> Names:
    """The kind of each job."""
    return {
        str(row.id): row.kind for row in select_in(connection, select(JobRow.id, JobRow.kind), JobRow.id, ids)
    }


def of_initial_tokens(connection: Connection, ids: Collection[int]) -> Names:
    """For whom each token was made."""
    statement = select(InitialAccessToken.id, InitialAccessToken.label)
    return {str(row.id): row.label for row in select_in(connection, statement, InitialAccessToken.id, ids)}


def _of_people(connection: Connection, statement: Any, column: Any, ids: Collection[int]) -> Names:
    return {
        str(row.id): None if row.erased_at else f"{row.first_name} {row.family_name}"
        for row in select_in(connection, statement, column, ids)
    }


BY_NUMBER: dict[str, Callable[[Connection, Collection[int]], Names]] = {
    "account": of_accounts,
    "approval": of_approvals,
    "delegation": of_delegations,
    "initial_token": of_initial_tokens,
    "job": of_jobs,
    "link": of_links,
    "person": of_persons,
    "post": of_posts,
}
"""Sort of thing → the statement that names things of this sort."""
