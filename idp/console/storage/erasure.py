"""Statements of data protection. Erasure removes what identifies a person; the empty account row stays, so that its `sub` is never given again."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, exists, func, or_, select, update

from idp.accounts.storage.endings import WAYS_IN
from idp.cas.storage.tables import Ticket
from idp.console.storage.tables import Counted
from idp.database.upserts import upsert
from idp.oidc.storage.tables import Grant
from idp.people.storage import name_words
from idp.people.storage.accounts import NEXT_GENERATION
from idp.people.storage.tables import (
    Account,
    Enrolment,
    Guardianship,
    ImportDecision,
    Person,
    SourceRecord,
    StaffPost,
)
from idp.privacy.storage.tables import ErasureRequest
from idp.services.storage.tables import Consent, ParticipantRow
from idp.signin.storage.tables import Session

OF_ACCOUNT = (*WAYS_IN, Session, Grant, Ticket, ParticipantRow, Consent, ErasureRequest)
"""Tables whose rows go with the account; tokens go with their grants."""


@dataclass(frozen=True)
class Facts:
    hold_until: int | None
    hold_reason: str | None
    erased_at: int | None
    in_a_base: bool


_names = (
    exists().where(Enrolment.pupil_id == Person.id, Enrolment.until.is_(None)),
    exists().where(Guardianship.guardian_id == Person.id, Guardianship.until.is_(None)),
    exists().where(StaffPost.person_id == Person.id, StaffPost.until.is_(None)),
)
"""Why a base still names a person. Each is denied by itself: PostgreSQL may read a whole table to deny an OR."""

_begin = (
    update(Person)
    .where(
        Person.id == bindparam("person"),
        Person.erased_at.is_(None),
        or_(Person.hold_until.is_(None), Person.hold_until <= bindparam("now")),
        *(~named for named in _names),
    )
    .values(erased_at=bindparam("now"))
)


def facts(connection: Connection, person: int) -> Facts | None:
    row = connection.execute(
        select(Person.hold_until, Person.hold_reason, Person.erased_at, or_(*_names)).where(
            Person.id == person
        )
    ).one_or_none()
    return Facts(row[0], row[1], row[2], bool(row[3])) if row else None


def hold(tx: Connection, person: int, until: int | None, reason: str | None) -> bool:
    """False if the person is erased."""
    held = update(Person).where(Person.id == person, Person.erased_at.is_(None))
    return tx.execute(held.values(hold_until=until, hold_reason=reason)).rowcount == 1


def begin(tx: Connection, person: int, now: int) -> bool:
    """Mark a person as erased, unless that is done, on hold, or a base still names them. True for one caller alone."""
    return tx.execute(_begin, {"person": person, "now": now}).rowcount == 1


def erase(tx: Connection, person: int, account: int, now: int) -> None:
    """Erase a person whom `begin` has marked, or `long_gone` has named."""
    for table in OF_ACCOUNT:
        tx.execute(delete(table).where(table.account_id == account))
    for link in (Guardianship.guardian_id, Guardianship.pupil_id):
        tx.execute(delete(Guardianship).where(link == person))
    tx.execute(delete(Enrolment).where(Enrolment.pupil_id == person))
    tx.execute(delete(SourceRecord).where(SourceRecord.person_id == person))
    tx.execute(delete(ImportDecision).where(ImportDecision.person_id == person))
    tx.execute(
        update(Account)
        .where(Account.id == account)
        .values(
            # The counter of the stem still counts this username.
            username=f"erased-{account}",
            state="closed",
            present=False,
            password_hash=None,
            provisional_digest=None,
            letter_expires_at=None,
            mail=None,
            mail_verified_at=None,
            mobile=None,
            mobile_verified_at=None,
            second_factor_since=None,
            passkey_offer_answered_at=None,
            language=None,
            last_signed_in_at=None,
            **NEXT_GENERATION,
            closed_at=func.coalesce(Account.closed_at, now),
        )
    )
    names = tx.execute(select(Person.family_folded, Person.first_folded).where(Person.id == person)).one()
    empty = dict.fromkeys(
        (
            "civility",
            "usage_name",
            "other_first_names",
            "sex",
            "birth_date",
            "ine",
            "mobile",
            "phone",
            "contact_mail",
            "address",
            "postal_code",
            "city",
            "hold_reason",
        )
    )
    tx.execute(
        update(Person)
        .where(Person.id == person)
        .values(
            family_name="–",
            first_name="–",
            family_folded="",
            first_folded="",
            erased_at=now,
            updated_at=now,
            **empty,
        )
    )
    name_words.forget(tx, names)


STEP = 500
"""Absent accounts that one call of `long_gone` looks at."""
_position = select(Counted.number).where(Counted.id == Counted.RETIRED)
_absent = (
    select(Account.person_id)
    .where(Account.present.is_(False), Account.person_id > bindparam("after"))
    .order_by(Account.person_id)
    .limit(bindparam("step"))
)
_people_to_erase = (
    select(Person.id, Account.id)
    .join(Account, Account.person_id == Person.id)
    .where(
        Person.id.in_(bindparam("persons", expanding=True)),
        Person.erased_at.is_(None),
        Person.updated_at < bindparam("before"),
        Person.kind != "staff",
        or_(Person.hold_until.is_(None), Person.hold_until <= bindparam("now")),
        *(~names for names in _names),
        ~exists().where(Enrolment.pupil_id == Person.id, Enrolment.until >= bindparam("before")),
        ~exists().where(Guardianship.guardian_id == Person.id, Guardianship.until >= bindparam("before")),
    )
    .order_by(Person.id)
    .limit(bindparam("most"))
)


def long_gone(tx: Connection, before: int, now: int, most: int) -> list[tuple[int, int]]:
    """(person, account) of people whose last link or enrolment ended before `before`, without a legal hold.

    A call looks at the next STEP absent accounts and stores how far it came: years of people who have left are not read again
    each minute. At the end it begins again.
    """
    after = tx.execute(_position).scalar_one_or_none() or 0
    absent = list(tx.execute(_absent, {"after": after, "step": STEP}).scalars())
    parameters = {"persons": absent, "before": before, "now": now, "most": most}
    people = [(row[0], row[1]) for row in tx.execute(_people_to_erase, parameters)]
    reached = people[-1][0] if len(people) == most else absent[-1] if len(absent) == STEP else 0
    if reached != after:
        upsert(tx, Counted, ("id",), [{"id": Counted.RETIRED, "number": reached}])
    return people
