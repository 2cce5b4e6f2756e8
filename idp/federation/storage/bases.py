"""Statements on many accounts at once, each by an index: what the base has, who shares a value, who is linked."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from idp.database.chunks import select_in
from idp.federation.storage.tables import FederatedIdentity
from idp.people.rules.accounts import AccountFacts
from idp.people.rules.mail_addresses import foldings
from idp.people.storage.accounts import FACT_COLUMNS, facts_of
from idp.people.storage.tables import Account, Person


@dataclass(frozen=True)
class AccountBase:
    """An account with the values of the school's base. `contact_mail`: the address that the school knows."""

    facts: AccountFacts
    ine: str | None
    contact_mail: str | None


_base = select(*FACT_COLUMNS, Person.ine, Person.contact_mail).join(Person, Person.id == Account.person_id)
_linked = select(FederatedIdentity.account_id)
_folded_mail, _folded_contact = func.lower(Account.mail), func.lower(Person.contact_mail)


def of_accounts(connection: Connection, accounts: Collection[int]) -> list[AccountBase]:
    """The accounts of these ids."""
    return [_read(row) for row in select_in(connection, _base, Account.id, accounts)]


def linked(connection: Connection, accounts: Collection[int], issuer: str) -> set[int]:
    """Those of the accounts that have an identity of this issuer."""
    statement = _linked.where(FederatedIdentity.issuer == issuer)
    return {
        row.account_id for row in select_in(connection, statement, FederatedIdentity.account_id, accounts)
    }


def holders(connection: Connection, by: str, values: Collection[str]) -> dict[str, list[AccountFacts]]:
    """Value → the accounts in any state that have it, as `candidates.having` finds them one by one."""
    listed: dict[str, dict[int, AccountFacts]] = defaultdict(dict)
    for value, row in _rows(connection, by, values):
        listed[value][row.id] = facts_of(row)
    return {value: list(accounts.values()) for value, accounts in listed.items()}


def _rows(connection: Connection, by: str, values: Collection[str]) -> Iterable[tuple[str, Row[Any]]]:
    if by == "ine":
        for row in select_in(connection, _base, Person.ine, values):
            yield row.ine, row
    elif by == "username":
        for row in select_in(connection, _base, Account.username, values):
            yield row.username, row
    elif by == "mail":
        # Both ways in which the two databases fold letters beyond ASCII.
        written = defaultdict(set)
        for value in values:
            for folded in foldings(value):
                written[folded].add(value)
        confirmed = _base.where(Account.mail_verified_at.is_not(None)).add_columns(
            _folded_mail.label("value")
        )
        for row in select_in(connection, confirmed, _folded_mail, written):
            yield from ((value, row) for value in written[row.value])
        known = _base.add_columns(_folded_contact.label("value"))
        for row in select_in(connection, known, _folded_contact, written):
            yield from ((value, row) for value in written[row.value])


def _read(row: Row[Any]) -> AccountBase:
    return AccountBase(facts_of(row), row.ine, row.contact_mail)
