"""Statements on accounts. Rows are returned as values; every UPDATE is conditional on the state of the account."""

from sqlalchemy import Connection, Row, Update, bindparam, func, select, update

from idp.database.compiled import Prepared
from idp.people.rules.accounts import AccountFacts, Act, allowed_from, leads_to
from idp.people.storage.tables import Account, Enrolment, Guardianship, Person, School

FACT_COLUMNS = (
    Account.id,
    Account.person_id,
    Account.username,
    Account.subject,
    Person.kind,
    Account.state,
    func.coalesce(Person.usage_name, Person.family_name).label("family_name"),
    Person.first_name,
    Account.mail,
    Account.mail_verified_at,
    Account.identity_proved_at,
    Account.renewal_asked_at,
    Account.password_changed_at,
    Account.credentials_generation,
    Account.present,
    Account.mobile,
    Account.mobile_verified_at,
    Account.second_factor_since,
    Account.language,
    Account.passkey_offer_answered_at,
)
"""The columns of AccountFacts, for statements that join accounts and persons."""

_facts = select(*FACT_COLUMNS).join(Person, Person.id == Account.person_id)
_by_id = _facts.where(Account.id == bindparam("account"))
_by_username = _facts.where(Account.username == bindparam("username"))
CREDENTIAL_COLUMNS = (
    *FACT_COLUMNS,
    Account.password_hash,
    Account.provisional_digest,
    Account.letter_expires_at,
)
Credentials = tuple[AccountFacts, str | None, str | None, int | None]
"""(account, password hash, provisional digest, expiry of the letter in epoch seconds)."""

_credentials = Prepared(
    select(*CREDENTIAL_COLUMNS)
    .join(Person, Person.id == Account.person_id)
    .where(Account.username == bindparam("username"))
)
_password_hash = select(Account.password_hash).where(Account.id == bindparam("account"))


def facts_of(row: Row) -> AccountFacts:  # type: ignore[type-arg]
    """AccountFacts from a row that holds FACT_COLUMNS under their names."""
    return AccountFacts(
        row.id,
        row.person_id,
        row.username,
        row.subject,
        row.kind,
        row.state,
        row.first_name,
        row.family_name,
        row.mail,
        row.mail_verified_at,
        row.identity_proved_at,
        row.renewal_asked_at,
        row.password_changed_at,
        row.credentials_generation,
        row.present,
        row.mobile,
        row.mobile_verified_at,
        row.second_factor_since,
        row.language,
        row.passkey_offer_answered_at,
    )


def answer_passkey_offer(tx: Connection, account: int, now: int) -> None:
    """Note the first answer to the offer of a passkey."""
    tx.execute(_answer_passkey_offer, {"account": account, "moment": now})


def by_id(connection: Connection, account: int) -> AccountFacts | None:
    row = connection.execute(_by_id, {"account": account}).one_or_none()
    return facts_of(row) if row else None


def by_username(connection: Connection, username: str) -> AccountFacts | None:
    row = connection.execute(_by_username, {"username": username}).one_or_none()
    return facts_of(row) if row else None


def credentials_of(row: Row) -> Credentials:  # type: ignore[type-arg]
    """Credentials from a row that holds CREDENTIAL_COLUMNS under their names."""
    return facts_of(row), row.password_hash, row.provisional_digest, row.letter_expires_at


def credentials(connection: Connection, username: str) -> Credentials | None:
    row = _credentials.row(connection, {"username": username})
    return credentials_of(row) if row else None


def password_hash(connection: Connection, account: int) -> str | None:
    """The hash of the chosen password; None if the account has none."""
    hashed: str | None = connection.execute(_password_hash, {"account": account}).scalar_one_or_none()
    return hashed


def state_change(act: Act) -> Update:
    """The UPDATE of one account by `act`, conditional on the states in which the act is allowed."""
    return (
        update(Account)
        .where(
            Account.id == bindparam("account"), Account.state.in_([str(state) for state in allowed_from(act)])
        )
        .values(state=str(leads_to(act)))
    )


_as_checked = Account.credentials_generation == bindparam("checked")
NEXT_GENERATION = {"credentials_generation": Account.credentials_generation + 1}
"""Set by every UPDATE that replaces or removes credentials: sessions and tokens issued before end."""

_first_password = (
    state_change(Act.CHOOSE_PASSWORD)
    .where(_as_checked)
    .values(
        password_hash=bindparam("hashed"),
        provisional_digest=None,
        letter_expires_at=None,
        password_changed_at=bindparam("moment"),
        **NEXT_GENERATION,
    )
)
_next_password = (
    update(Account)
    .where(Account.id == bindparam("account"), Account.state.in_(["confirming", "active"]), _as_checked)
    .values(
        password_hash=bindparam("hashed"),
        password_changed_at=bindparam("moment"),
        renewal_asked_at=None,
        **NEXT_GENERATION,
    )
)
_answer_passkey_offer = (
    update(Account)
    .where(Account.id == bindparam("account"), Account.passkey_offer_answered_at.is_(None))
    .values(passkey_offer_answered_at=bindparam("moment"))
)
_rehash = (
    update(Account)
    .where(Account.id == bindparam("account"), Account.password_hash == bindparam("old"))
    .values(password_hash=bindparam("hashed"))
)
_confirm = state_change(Act.CONFIRM)
_prove_identity = (
    update(Account)
    .where(Account.id == bindparam("account"), Account.identity_proved_at.is_(None))
    .values(identity_proved_at=bindparam("moment"))
)
_reset = (
    state_change(Act.RESET)
    .where(_as_checked)
    .values(
        password_hash=None,
        provisional_digest=bindparam("digest"),
        letter_expires_at=bindparam("expires"),
        **NEXT_GENERATION,
    )
)
_signed_in = Prepared(
    update(Account)
    .where(Account.id == bindparam("account"), _as_checked)
    .values(last_signed_in_at=bindparam("moment"))
)


def choose_first_password(tx: Connection, account: int, checked: int, hashed: str, now: int) -> bool:
    """Replace the letter's password; sessions and tokens issued before end.

    `checked`: the generation of the checked credentials. False if they were replaced since, or the state forbids it.
    """
    parameters = {"account": account, "checked": checked, "hashed": hashed, "moment": now}
    return tx.execute(_first_password, parameters).rowcount == 1


def choose_next_password(tx: Connection, account: int, checked: int, hashed: str, now: int) -> bool:
    """Replace a chosen password; otherwise as `choose_first_password`."""
    parameters = {"account": account, "checked": checked, "hashed": hashed, "moment": now}
    return tx.execute(_next_password, parameters).rowcount == 1


def rehash(tx: Connection, account: int, old: str, hashed: str) -> None:
    """Store a hash of the same password with the present parameters, unless the password has changed."""
    tx.execute(_rehash, {"account": account, "old": old, "hashed": hashed})


def confirm(tx: Connection, account: int) -> bool:
    """Make a confirming account active."""
    return tx.execute(_confirm, {"account": account}).rowcount == 1


def prove_identity(tx: Connection, account: int, now: int) -> None:
    tx.execute(_prove_identity, {"account": account, "moment": now})


def reset(tx: Connection, account: int, checked: int, digest: str, expires: int) -> bool:
    """Set a provisional password; sessions and tokens issued before end. False as in `choose_first_password`."""
    parameters = {"account": account, "checked": checked, "digest": digest, "expires": expires}
    return tx.execute(_reset, parameters).rowcount == 1


def note_sign_in(tx: Connection, facts: AccountFacts, now: int) -> bool:
    """False if the credentials that were judged have been replaced since `facts` were read."""
    parameters = {"account": facts.id, "checked": facts.credentials_generation, "moment": now}
    return _signed_in.run(tx, parameters) == 1


_own_birth_date = select(Person.birth_date).where(Person.id == bindparam("person"))
_children_birth_dates = (
    select(Person.birth_date)
    .join(Guardianship, Guardianship.pupil_id == Person.id)
    .where(Guardianship.guardian_id == bindparam("person"), Guardianship.until.is_(None))
)


def birth_dates_that_prove(connection: Connection, facts: AccountFacts) -> frozenset[str]:
    """ISO dates that prove the identity: a pupil's own, or those of a guardian's children; none for staff."""
    statement = {"pupil": _own_birth_date, "guardian": _children_birth_dates}.get(facts.kind)
    if statement is None:
        return frozenset()
    rows = connection.execute(statement, {"person": facts.person_id}).scalars()
    return frozenset(date for date in rows if date)


_password_context = select(Person.first_name, Person.family_name, Person.usage_name, Person.birth_date).where(
    Person.id == bindparam("person")
)
_school_words = (
    select(Enrolment.class_code, School.name)
    .join(School, School.id == Enrolment.school_id)
    .where(Enrolment.pupil_id == bindparam("person"))
)


def words_about(
    connection: Connection, facts: AccountFacts
) -> tuple[tuple[str, ...], str | None, tuple[str, ...]]:
    """What a password must not hold: names, birth date (ISO or None), classes and schools."""
    first, family, usage, birth_date = connection.execute(
        _password_context, {"person": facts.person_id}
    ).one()
    places = connection.execute(_school_words, {"person": facts.person_id}).all()
    names = tuple(word for word in (first, family, usage) if word)
    return names, birth_date, tuple(word for row in places for word in row if word)
