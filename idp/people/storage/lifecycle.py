"""Statements that lead an account from one state to another beyond its first login."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, exists, or_, select, update

from idp.people.rules.accounts import Act, allowed_from, leads_to
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, School, StaffPost


def _acting(act: Act):  # type: ignore[no-untyped-def]
    return (
        update(Account)
        .where(
            Account.id == bindparam("account"), Account.state.in_([str(state) for state in allowed_from(act)])
        )
        .values(state=str(leads_to(act)))
    )


_lock = _acting(Act.LOCK).values(credentials_since=bindparam("since"))
_unlock = _acting(Act.UNLOCK)
_close = _acting(Act.CLOSE).values(
    credentials_since=bindparam("since"),
    closed_at=bindparam("moment"),
    password_hash=None,
    provisional_digest=None,
    letter_expires_at=None,
)
_self_activate = _acting(Act.SELF_ACTIVATE).values(
    provisional_digest=None, letter_expires_at=None, identity_proved_at=bindparam("moment")
)
_expire = (
    update(Account)
    .where(
        Account.id.in_(
            select(Account.id)
            .where(
                Account.state.in_([str(state) for state in allowed_from(Act.EXPIRE)]),
                Account.letter_expires_at <= bindparam("now"),
            )
            .limit(bindparam("most"))
        )
    )
    .values(state=str(leads_to(Act.EXPIRE)))
)
_recover = (
    update(Account)
    .where(
        Account.id == bindparam("account"),
        Account.present.is_(True),
        Account.state.in_(["confirming", "active", "locked"]),
    )
    .values(
        password_hash=bindparam("hashed"),
        password_changed_at=bindparam("moment"),
        credentials_since=bindparam("since"),
        renewal_asked_at=None,
    )
)


def lock(tx: Connection, account: int, now: int) -> bool:
    """Lock an active account; whatever was issued up to and in the second `now` dies."""
    return tx.execute(_lock, {"account": account, "since": now + 1}).rowcount == 1


def unlock(tx: Connection, account: int) -> bool:
    return tx.execute(_unlock, {"account": account}).rowcount == 1


def close(tx: Connection, account: int, now: int) -> bool:
    """Close an account for good: its username and subject are never given again."""
    return tx.execute(_close, {"account": account, "since": now + 1, "moment": now}).rowcount == 1


def self_activate(tx: Connection, account: int, now: int) -> bool:
    """The person has shown who they are without a letter: an earlier letter dies, a password is owed."""
    return tx.execute(_self_activate, {"account": account, "moment": now}).rowcount == 1


def expire_letters(tx: Connection, now: int, most: int) -> int:
    """Accounts whose letter has died unused become `expired`; how many, `most` at a time."""
    return tx.execute(_expire, {"now": now, "most": most}).rowcount


def recover(tx: Connection, account: int, hashed: str, now: int) -> bool:
    """A recovered password: replaces the one before, and ends everything that was opened with it."""
    parameters = {"account": account, "hashed": hashed, "moment": now, "since": now + 1}
    return tx.execute(_recover, parameters).rowcount == 1


_set_language = update(Account).where(Account.id == bindparam("account")).values(language=bindparam("chosen"))


def set_language(tx: Connection, account: int, language: str) -> None:
    tx.execute(_set_language, {"account": account, "chosen": language})


_of_school = or_(
    *(
        exists().where(
            column == Account.person_id,
            table.school_id == School.id,
            table.until.is_(None),
            School.uai == bindparam("uai"),
        )
        for table, column in (
            (Enrolment, Enrolment.pupil_id),
            (Guardianship, Guardianship.guardian_id),
            (StaffPost, StaffPost.person_id),
        )
    )
)
_ask_renewal = (
    update(Account)
    .where(
        Account.state == "active",
        Account.present.is_(True),
        Account.password_changed_at < bindparam("changed_before"),
        _of_school,
        exists().where(Person.id == Account.person_id, Person.kind.in_(bindparam("kinds", expanding=True))),
    )
    .values(renewal_asked_at=bindparam("moment"))
)


def ask_renewal(tx: Connection, uai: str, kinds: Sequence[str], changed_before: int, now: int) -> int:
    """Ask a school's active accounts of these kinds for a new password at their next login; how many were asked.

    Left out are those never activated, and those whose password changed at or after `changed_before`.
    """
    parameters = {"uai": uai, "kinds": list(kinds), "changed_before": changed_before, "moment": now}
    return tx.execute(_ask_renewal, parameters).rowcount
