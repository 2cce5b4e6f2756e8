"""A family in the database, and the plan of an import over it."""

from idp.imports.rules.facts import Present, PresentGuardian, PresentPupil
from idp.imports.rules.plan import make_plan
from tests.imports.exports import export, person, pupil

TODAY = "2026-11-23"


def known_pupil(person: int = 100, **more) -> PresentPupil:
    record = pupil("1")
    fields = {
        "ine": record.ine,
        "family_name": record.family_name,
        "usage_name": None,
        "first_name": record.first_name,
        "other_first_names": None,
        "sex": "F",
        "birth_date": record.birth_date,
        "mobile": None,
        "contact_mail": None,
        "here": True,
        "class_code": "6 A",
        "mef": record.mef,
        "source_id": "1",
        "own_guardian": False,
    }
    return PresentPupil(person, **(fields | more))


def known_guardian(number: int = 200, **more) -> PresentGuardian:
    record = person()
    fields = {
        "civility": "MME",
        "family_name": "Durand",
        "usage_name": None,
        "first_name": "Claire",
        "mobile": record.mobile,
        "phone": None,
        "contact_mail": record.contact_mail,
        "address": record.address,
        "postal_code": record.postal_code,
        "city": record.city,
        "source_ids": frozenset({"11"}),
        "children": frozenset({(100, "10", True)}),
    }
    return PresentGuardian(number, **(fields | more))


FAMILY = Present((known_pupil(),), (known_guardian(),))


def plan(exported=None, present=FAMILY, today=TODAY):
    return make_plan(exported or export(), present, today)


ELSEWHERE = {"source_ids": frozenset(), "children": frozenset({(555, "10", False)})}
