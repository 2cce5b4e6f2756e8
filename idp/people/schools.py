"""Schools and their staff, who are not in SIECLE exports; accounts by the identifiers of a school's base."""

from idp.audit import trail
from idp.database.engine import reading, transaction
from idp.people import account_creation
from idp.people.rules.mail_addresses import clean_address
from idp.people.rules.uai import DEGREE, is_uai
from idp.people.storage import bulk_writes, schools
from idp.refusals import Refusal
from idp.refusals.activation import UNUSABLE_MAIL_ADDRESS


class NoSuchSchool(Exception):
    """No school has this UAI, or its check letter is wrong."""


def name_school(uai: str, name: str, office: str, now: int, actor: str) -> None:
    """Set the name of a school and the contact of its office; add an unknown school. Raises NoSuchSchool."""
    if not is_uai(uai):
        raise NoSuchSchool(uai)
    with transaction() as tx:
        schools.put(tx, uai, {"name": name, "office": office, "degree": DEGREE})
        trail.record(tx, now, "school.named", actor, f"school:{uai}", name=name)


def add_staff(
    first_name: str,
    family_name: str,
    role: str,
    uai: str | None,
    now: int,
    actor: str,
    civility: str | None = None,
    mail: str | None = None,
) -> int:
    """Add a member of staff of a school, or of the academy if `uai` is None; the account's id. Raises NoSuchSchool, Refusal A04."""
    address = clean_address(mail) if mail else None
    if mail and address is None:
        raise Refusal(UNUSABLE_MAIL_ADDRESS, "malformed mail address")
    with transaction() as tx:
        account_creation.lock_creation(tx)
        school = schools.find(tx, uai) if uai else None
        if uai and school is None:
            raise NoSuchSchool(uai)
        row = {
            "kind": "staff",
            "civility": civility,
            "family_name": family_name,
            "first_name": first_name,
            "contact_mail": address,
            "created_at": now,
            "updated_at": now,
        }
        (person,) = bulk_writes.add_persons(tx, [row])
        account_creation.create_accounts(
            tx, [account_creation.Newcomer(person, first_name, family_name)], now
        )
        schools.add_post(tx, person, school[0] if school else None, role, now)
        account = schools.account_of(tx, person)
        trail.record(tx, now, "staff.added", actor, f"account:{account}", role=role, school=uai)
    return account


def uais_of(person: int) -> tuple[str, ...]:
    """UAIs of the present schools of a person."""
    return tuple(schools.uais_of(reading(), person))


def find_account(uai: str, kind: str, source_id: str) -> int | None:
    """The account of an ELEVE_ID (kind "pupil") or PERSONNE_ID (kind "guardian") in a school's base."""
    return schools.account_by_source(reading(), uai, kind, source_id)
