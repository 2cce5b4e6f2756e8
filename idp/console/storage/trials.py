"""Statements of trial logins: the test persons, and whether a service redeemed its code."""

from sqlalchemy import Connection, exists, select, update

from idp.oidc.storage.tables import Grant
from idp.people.rules.names import plain
from idp.people.storage.tables import Account, Person

FIRST_NAME, FAMILY_NAME = "Camille", "Essai"
"""The name of every test person: an index finds them by it."""
DOMAIN = "@essai.invalid"
"""RFC 2606: nobody receives mail there. It marks the accounts that belong to trials."""


def test_account(tx: Connection, kind: str) -> int | None:
    statement = (
        select(Account.id)
        .join(Person, Person.id == Account.person_id)
        .where(
            Person.family_folded == plain(FAMILY_NAME),
            Person.first_folded == plain(FIRST_NAME),
            Person.kind == kind,
            Account.mail.endswith(DOMAIN),
            Account.state == "active",
        )
    )
    return tx.execute(statement).scalars().first()


def make_test_account(tx: Connection, person: int, mail: str, now: int) -> int:
    """Active, with nothing to prove and no password."""
    statement = (
        update(Account)
        .where(Account.person_id == person)
        .values(
            state="active",
            mail=mail,
            mail_verified_at=now,
            identity_proved_at=now,
            password_changed_at=now,
            second_factor_since=now,
        )
        .returning(Account.id)
    )
    return int(tx.execute(statement).scalar_one())


def code_was_used(connection: Connection, sid: str, client: str) -> bool:
    used = exists().where(Grant.sid == sid, Grant.client_id == client, Grant.consumed_at.is_not(None))
    return bool(connection.execute(select(used)).scalar())
