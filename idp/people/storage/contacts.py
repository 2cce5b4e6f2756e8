"""Statements on mail addresses and mobile numbers: keeping them, and finding accounts by them."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, bindparam, exists, func, or_, select, update

from idp.people.rules.accounts import AccountFacts
from idp.people.storage.accounts import FACT_COLUMNS, facts_of
from idp.people.storage.tables import Account, Person

_set_mail = (
    update(Account)
    .where(Account.id == bindparam("account"))
    .values(mail=bindparam("address"), mail_verified_at=None)
)
_verify_mail = (
    update(Account)
    .where(Account.id == bindparam("account"), Account.mail == bindparam("address"))
    .values(mail_verified_at=bindparam("moment"))
)
_set_mobile = (
    update(Account)
    .where(Account.id == bindparam("account"))
    .values(mobile=bindparam("number"), mobile_verified_at=bindparam("moment"))
)
_same_mail = and_(func.lower(Account.mail) == bindparam("folded"), Account.mail_verified_at.is_not(None))
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
_by_mobile = _facts.where(
    or_(
        and_(Account.mobile == bindparam("number"), Account.mobile_verified_at.is_not(None)),
        and_(Account.mobile.is_(None), Person.mobile == bindparam("number"), Person.kind != "pupil"),
    )
).limit(bindparam("most"))
_school_mobile = select(Person.mobile).where(Person.id == bindparam("person"), Person.kind != "pupil")


def set_mail(tx: Connection, account: int, address: str) -> None:
    """Note an address that is not verified yet."""
    tx.execute(_set_mail, {"account": account, "address": address})


def verify_mail(tx: Connection, account: int, address: str, now: int) -> bool:
    """The person has shown that `address` is theirs. False if the account has another address by now."""
    return tx.execute(_verify_mail, {"account": account, "address": address, "moment": now}).rowcount == 1


def is_taken(connection: Connection, account: AccountFacts, address: str) -> bool:
    """Whether another guardian's (or member of staff's) account has confirmed this address. Pupils may share one."""
    parameters = {"folded": address.lower(), "account": account.id, "kind": account.kind}
    return bool(connection.execute(_is_taken, parameters).scalar())


def set_mobile(tx: Connection, account: int, number: str | None, now: int) -> None:
    """Keep a number (E.164) that its person has shown to be theirs; None takes it away."""
    parameters = {"account": account, "number": number, "moment": now if number is not None else None}
    tx.execute(_set_mobile, parameters)


def by_mail(connection: Connection, address: str, most: int = 20) -> Sequence[AccountFacts]:
    """The open accounts whose confirmed address this is, in any case."""
    rows = connection.execute(_by_mail, {"folded": address.lower(), "most": most})
    return [facts_of(row) for row in rows]


def by_mobile(connection: Connection, number: str, most: int = 20) -> Sequence[AccountFacts]:
    """The open accounts of a number (E.164): their own, confirmed one; else the one that the school's base holds."""
    return [facts_of(row) for row in connection.execute(_by_mobile, {"number": number, "most": most})]


def mobile_of(connection: Connection, account: AccountFacts) -> str | None:
    """Where an SMS for this account goes: its own confirmed number, else the school's; pupils have their own alone."""
    if account.mobile_verified:
        return account.mobile
    found: str | None = connection.execute(_school_mobile, {"person": account.person_id}).scalar_one_or_none()
    return found
