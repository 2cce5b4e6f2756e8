"""Acts on schools and their staff, who do not come by SIECLE; and who is who in a school's base."""

from idp import audit
from idp.database import reading, transaction
from idp.people import opening
from idp.people.rules.siecle import DEGREE, is_uai
from idp.people.storage import imports, schools


class NoSuchSchool(Exception):
    """No school has this UAI, or could have it: its check letter is another."""


def name_school(uai: str, name: str, office: str, now: int, actor: str) -> None:
    """Say how a school is called and how families reach its office; add it if it is not known yet. Raises NoSuchSchool."""
    if not is_uai(uai):
        raise NoSuchSchool(uai)
    with transaction() as tx:
        schools.put(tx, uai, {"name": name, "office": office, "degree": DEGREE})
        audit.record(tx, now, "school.named", actor, f"school:{uai}", name=name)


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
    """Add a member of staff, of the academy where `uai` is None; the id of their account. Raises NoSuchSchool."""
    with transaction() as tx:
        opening.take_turn(tx)
        school = schools.find(tx, uai) if uai else None
        if uai and school is None:
            raise NoSuchSchool(uai)
        row = {
            "kind": "staff",
            "civility": civility,
            "family_name": family_name,
            "first_name": first_name,
            "contact_mail": mail,
            "created_at": now,
            "updated_at": now,
        }
        (person,) = imports.add_persons(tx, [row])
        opening.open_accounts(tx, [opening.Newcomer(person, first_name, family_name)], now)
        schools.add_post(tx, person, school[0] if school else None, role, now)
        account = schools.account_of(tx, person)
        audit.record(tx, now, "staff.added", actor, f"account:{account}", role=role, school=uai)
    return account


def find_account(uai: str, kind: str, source_id: str) -> int | None:
    """The account of who has this ELEVE_ID (kind "pupil") or PERSONNE_ID (kind "guardian") in a school's base."""
    return schools.account_by_source(reading(), uai, kind, source_id)
