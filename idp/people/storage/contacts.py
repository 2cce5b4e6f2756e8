"""Statements on mail addresses and mobile numbers, and accounts by them."""

from collections.abc import Sequence

from sqlalchemy import Connection, String, and_, bindparam, case, exists, func, select, union_all, update

from idp.people.rules.accounts import AccountFacts
from idp.people.storage.accounts import (
    CREDENTIAL_COLUMNS,
    FACT_COLUMNS,
    Credentials,
    credentials_of,
    facts_of,
)
from idp.people.storage.tables import Account, Person

_set_mail = (
    update(Account)
    .where(Account.id == bindparam("account"), Account.mail_verified_at.is_(None))
    .values(mail=bindparam("address"))
)
_verify_mail = (
    update(Account)
    .where(Account.id == bindparam("account"))
    .values(mail=bindparam("address"), mail_verified_at=bindparam("moment"))
)
_set_mobile = (
    update(Account)
    .where(Account.id == bindparam("account"))
    .values(mobile=bindparam("number"), mobile_verified_at=bindparam("moment"))
)
_same_mail = and_(
    # The database folds both sides: not every database folds capitals beyond ASCII.
    func.lower(Account.mail) == func.lower(bindparam("address", type_=String)),
    Account.mail_verified_at.is_not(None),
)
_is_taken = select(
    exists().where(
        _same_mail,
        Account.id != bindparam("account"),
        Account.present.is_(True),
        Account.state != "closed",
        Person.id == Account.person_id,
        Person.kind == bindparam("kind"),
        Person.kind != "pupil",
    )
)
_facts = (
    select(*FACT_COLUMNS)
    .join(Person, Person.id == Account.person_id)
    .where(Account.present.is_(True), Account.state != "closed")
    .order_by(Account.id)
)
_by_mail = _facts.where(_same_mail).limit(bindparam("most"))
_KIND_PLACES = ("first_kind", "second_kind", "third_kind")
_credentials = (
    select(*CREDENTIAL_COLUMNS)
    .join(Person, Person.id == Account.person_id)
    .where(
        _same_mail,
        Account.present.is_(True),
        Account.state != "closed",
        Person.kind.in_([bindparam(place, type_=String) for place in _KIND_PLACES]),
    )
    .order_by(
        case(*((Person.kind == bindparam(place, type_=String), n) for n, place in enumerate(_KIND_PLACES)))
    )
    .limit(2)
)
_with_number = union_all(
    select(Account.id).where(Account.mobile == bindparam("number"), Account.mobile_verified_at.is_not(None)),
    select(Account.id)
    .join(Person, Person.id == Account.person_id)
    # coalesce: an index of accounts without a number would meet most of them.
    .where(
        Person.mobile == bindparam("number"), func.coalesce(Account.mobile, "") == "", Person.kind != "pupil"
    ),
)
"""Two searches of an index each; an OR over two tables would read everybody."""
_by_mobile = _facts.where(Account.id.in_(_with_number)).limit(bindparam("most"))
_school_mobile = select(Person.mobile).where(Person.id == bindparam("person"), Person.kind != "pupil")


def set_mail(tx: Connection, account: int, address: str) -> None:
    """Store an unverified address. A verified address stays; the new one is then in its confirmation link only."""
    tx.execute(_set_mail, {"account": account, "address": address})


def verify_mail(tx: Connection, account: int, address: str | None, moment: int | None) -> None:
    """Store an address that was verified at `moment`; None and None remove the address."""
    tx.execute(_verify_mail, {"account": account, "address": address, "moment": moment})


def is_taken(connection: Connection, account: AccountFacts, address: str) -> bool:
    """Whether another account of a guardian or member of staff has confirmed this address. Pupils may share an address."""
    parameters = {"address": address, "account": account.id, "kind": account.kind}
    return bool(connection.execute(_is_taken, parameters).scalar())


def set_mobile(tx: Connection, account: int, number: str | None, moment: int | None) -> None:
    """Store a number (E.164) that was verified at `moment`; None removes the number."""
    parameters = {"account": account, "number": number, "moment": moment if number is not None else None}
    tx.execute(_set_mobile, parameters)


def by_mail(connection: Connection, address: str, most: int = 20) -> Sequence[AccountFacts]:
    """Open accounts with this confirmed address, in any case."""
    rows = connection.execute(_by_mail, {"address": address, "most": most})
    return [facts_of(row) for row in rows]


def credentials(connection: Connection, address: str, kinds: Sequence[str]) -> Credentials | None:
    """Credentials of the open account with this confirmed address, in any case, of the first of `kinds` (at most three) that has one.

    None if that kind has several: siblings may share an address.
    """
    places = dict(zip(_KIND_PLACES, [*kinds, "", "", ""], strict=False))
    rows = connection.execute(_credentials, {"address": address, **places}).all()
    alone = len(rows) == 1 or (len(rows) == 2 and rows[0].kind != rows[1].kind)
    return credentials_of(rows[0]) if alone else None


def by_mobile(connection: Connection, number: str, most: int = 20) -> Sequence[AccountFacts]:
    """Open accounts with this number (E.164): the confirmed number of the account, else the number in the school's base."""
    return [facts_of(row) for row in connection.execute(_by_mobile, {"number": number, "most": most})]


def mobile_of(connection: Connection, account: AccountFacts) -> str | None:
    """The number for SMS: the confirmed number of the account, else the number in the school's base (not for pupils)."""
    if account.mobile_verified:
        return account.mobile
    number: str | None = connection.execute(
        _school_mobile, {"person": account.person_id}
    ).scalar_one_or_none()
    return number
