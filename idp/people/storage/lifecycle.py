"""Statements that change the state of an account after its first login, and letters that expire."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, exists, func, select, union_all, update

from idp.people.rules.accounts import Act, allowed_from, leads_to
from idp.people.storage.accounts import NEXT_GENERATION, state_change
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, School, StaffPost

_void_password = (
    update(Account)
    .where(Account.id == bindparam("account"))
    .values(password_hash=None, provisional_digest=None, letter_expires_at=None, **NEXT_GENERATION)
)
_lock = state_change(Act.LOCK).values(**NEXT_GENERATION)
_unlock = state_change(Act.UNLOCK)
_close = state_change(Act.CLOSE).values(
    closed_at=bindparam("moment"),
    password_hash=None,
    provisional_digest=None,
    letter_expires_at=None,
    **NEXT_GENERATION,
)
_self_activate = state_change(Act.SELF_ACTIVATE).values(
    provisional_digest=None,
    letter_expires_at=None,
    identity_proved_at=bindparam("moment"),
    **NEXT_GENERATION,
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
        Account.credentials_generation == bindparam("checked"),
    )
    .values(
        password_hash=bindparam("hashed"),
        password_changed_at=bindparam("moment"),
        renewal_asked_at=None,
        **NEXT_GENERATION,
    )
)


def lock(tx: Connection, account: int) -> bool:
    """Lock an active account; sessions and tokens issued before end."""
    return tx.execute(_lock, {"account": account}).rowcount == 1


def void_password(tx: Connection, account: int) -> None:
    """Remove the chosen and the provisional password; sessions and tokens issued before end."""
    tx.execute(_void_password, {"account": account})


def unlock(tx: Connection, account: int) -> bool:
    return tx.execute(_unlock, {"account": account}).rowcount == 1


def close(tx: Connection, account: int, now: int) -> bool:
    """Close an account for good: its username and subject are never reused."""
    return tx.execute(_close, {"account": account, "moment": now}).rowcount == 1


def self_activate(tx: Connection, account: int, now: int) -> bool:
    """Activate an account without a letter, identity proved: an earlier letter and its sessions end, a password has to be chosen."""
    return tx.execute(_self_activate, {"account": account, "moment": now}).rowcount == 1


def expire_letters(tx: Connection, now: int, most: int) -> int:
    """Set accounts with an expired letter to `expired`, at most `most`; the number of accounts."""
    return tx.execute(_expire, {"now": now, "most": most}).rowcount


def recover(tx: Connection, account: int, checked: int, hashed: str, now: int) -> bool:
    """Store a recovered password; sessions and tokens issued before end.

    `checked`: the generation of the checked credentials. False if they were replaced since, or the state forbids it.
    """
    parameters = {"account": account, "checked": checked, "hashed": hashed, "moment": now}
    return tx.execute(_recover, parameters).rowcount == 1


_set_language = update(Account).where(Account.id == bindparam("account")).values(language=bindparam("chosen"))


def set_language(tx: Connection, account: int, language: str) -> None:
    tx.execute(_set_language, {"account": account, "chosen": language})


_of_school = Account.person_id.in_(
    union_all(
        *(
            select(column)
            .join(School, School.id == table.school_id)
            .where(table.until.is_(None), School.uai == bindparam("uai"))
            for table, column in (
                (Enrolment, Enrolment.pupil_id),
                (Guardianship, Guardianship.guardian_id),
                (StaffPost, StaffPost.person_id),
            )
        )
    )
)
_ask_renewal = (
    update(Account)
    .where(
        # coalesce: the index of states would meet most accounts.
        func.coalesce(Account.state, "") == "active",
        Account.present.is_(True),
        Account.password_changed_at < bindparam("changed_before"),
        _of_school,
        exists().where(Person.id == Account.person_id, Person.kind.in_(bindparam("kinds", expanding=True))),
    )
    .values(renewal_asked_at=bindparam("moment"))
)


def ask_renewal(tx: Connection, uai: str, kinds: Sequence[str], changed_before: int, now: int) -> int:
    """Request a new password of a school's active accounts of these kinds; the number of accounts.

    Accounts whose password changed at or after `changed_before` (epoch seconds) are skipped.
    """
    parameters = {"uai": uai, "kinds": list(kinds), "changed_before": changed_before, "moment": now}
    return tx.execute(_ask_renewal, parameters).rowcount
