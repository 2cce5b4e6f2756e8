"""What a person is at school, in the words that services know: EduConnect's affiliations, the SDET's profiles, relations."""

from idp.services.rules.person_facts import PersonFacts

RELATIONS = {
    "10": "mother",
    "20": "father",
    "37": "sibling",
    "38": "grandparent",
    "39": "other_family",
    "41": "educator",
    "42": "foster_family",
    "50": "guardian",
    "51": "child_welfare",
    "70": "pupil",
    "90": "other",
}
SDET_STAFF = {
    "head": "National_DIR",
    "deputy": "National_DIR",
    "teacher": "National_ENS",
    "delegate": "National_EVS",
}


def affiliation(person: PersonFacts) -> list[str]:
    """EduConnect's affiliations of a pupil or a guardian; empty for staff."""
    prefix = {"pupil": "eleve", "guardian": "resp"}.get(person.kind)
    if prefix is None:
        return []
    places = person.schoolings if person.kind == "pupil" else [child.schooling for child in person.children]
    degrees = sorted({place.school.degree for place in places if place}) or ["2d"]
    return [f"{prefix}{degree}" for degree in degrees]


def federation_affiliations(person: PersonFacts) -> list[str]:
    """eduPersonAffiliation: a guardian is no member of the school (eduPerson 202208 §2.2.1)."""
    if person.kind == "pupil":
        return ["member", "student"]
    if person.kind == "guardian":
        return ["affiliate"]
    roles = {post.role for post in person.posts}
    return ["faculty", "member"] if "teacher" in roles else ["member", "staff"]


def sdet_profiles(person: PersonFacts) -> list[str]:
    """The SDET's profiles: one for a pupil or a guardian, those of their posts for staff."""
    if person.kind == "staff":
        return sorted({SDET_STAFF.get(post.role, "National_ETA") for post in person.posts})
    return [{"pupil": "National_ELV", "guardian": "National_TUT"}[person.kind]]
