"""The rows of the report on a person, and who the acting accounts are."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from idp.people.storage.tables import Account, Person, StaffPost
from idp.privacy.storage import report_of_person, report_of_use

Row = dict[str, Any]

STATEMENTS: dict[str, tuple[Select[Any], ...]] = {**report_of_person.STATEMENTS, **report_of_use.STATEMENTS}
"""Group → its SELECTs."""

_actors = (
    select(Account.id, Person.kind, StaffPost.role)
    .join(Person, Person.id == Account.person_id)
    .outerjoin(StaffPost, StaffPost.person_id == Person.id)
    .where(Account.id.in_(bindparam("accounts", expanding=True)))
    # The present post decides, then the newest.
    .order_by(Account.id, StaffPost.until.is_not(None).desc(), StaffPost.since)
)


def rows_of(connection: Connection, account: int, person: int) -> dict[str, list[Row]]:
    """The rows of each group, without those columns of a row that are empty."""
    parameters = {"account": account, "person": person, "subject": f"account:{account}"}
    return {
        group: [
            {key: value for key, value in row.items() if value is not None}
            for statement in statements
            for row in connection.execute(statement, parameters).mappings()
        ]
        for group, statements in STATEMENTS.items()
    }


def kinds_and_roles(connection: Connection, accounts: Collection[int]) -> dict[int, tuple[str, str | None]]:
    """(kind of person, role of staff) of accounts that acted."""
    rows = connection.execute(_actors, {"accounts": list(accounts)})
    return {row[0]: (row[1], row[2]) for row in rows}
