"""What a person is at school, in the words that services know: EduConnect's affiliations, the SDET's profiles, relations."""

from idp.services.rules.person_facts import PersonFacts, Post, Schooling

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
    "librarian": "National_DOC",
    "local_authority": "National_COL",
    "academy_administrator": "National_ACA",
    "academy_support": "National_ACA",
    "academy_auditor": "National_ACA",
}
"""Role of a post → the profile of the SDET; any other is National_ETA (other staff), at the academy National_ACA."""


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
        return sorted({_sdet_profile(post) for post in person.posts})
    return [{"pupil": "National_ELV", "guardian": "National_TUT"}[person.kind]]


def _sdet_profile(post: Post) -> str:
    return SDET_STAFF.get(post.role, "National_ETA" if post.school else "National_ACA")


def fredu_vectors(person: PersonFacts) -> list[str]:
    """FrEduVecteur of older portals: profile, surname, first name, the pupil's number in the school's base, UAI; a guardian has one for each child.

    Profiles 1 and 2: a guardian of the first and second degree; 3 and 4: a pupil.
    """
    if person.kind == "pupil":
        return [
            _vector("3" if place.school.degree == "1d" else "4", person, place)
            for place in person.schoolings
            if place.number
        ]
    return [
        _vector("1" if place.school.degree == "1d" else "2", person, place)
        for child in person.children
        if (place := child.schooling) is not None and place.number
    ]


def _vector(profile: str, person: PersonFacts, place: Schooling) -> str:
    return "|".join((profile, person.family_name, person.first_name, place.number or "", place.school.uai))
