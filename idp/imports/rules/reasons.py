"""Reasons of an import's decisions: why a record is new, changed, ambiguous or left out, and why nothing was written."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from idp.imports.rules.sentence_codes import SentenceCode
from idp.refusals import N_

NO_VALUE = "–"
"""Stands for an absent value in the facts of `FIELD_CHANGED`."""


class ReasonCode(SentenceCode):
    """A fact called `field` is the name of a record's attribute, or SIECLE's name of a field."""

    # A record compared with the people who are present.
    NOT_KNOWN_YET = "not_known_yet", N_("pas encore connu"), "not known yet"
    COMES_TO_SCHOOL = "comes_to_school", N_("arrive dans l’établissement"), "comes to this school"
    NOT_IN_EXPORT = "not_in_export", N_("absent de l’export"), "not in the export"
    LEFT_ON = "left_on", N_("parti le %(day)s"), "left on %(day)s"
    FIELD_CHANGED = (
        "field_changed",
        N_("%(field)s : %(before)s → %(after)s"),
        "%(field)s: %(before)s → %(after)s",
    )
    CHILDREN_CHANGED = "children_changed", N_("enfants"), "children"
    OWN_GUARDIAN = "own_guardian", N_("devient son propre responsable"), "own guardian"
    NOT_OWN_GUARDIAN = "not_own_guardian", N_("n’est plus son propre responsable"), "no longer own guardian"
    NO_LONGER_GUARDIAN = (
        "no_longer_guardian",
        N_("n’est plus responsable légal dans l’établissement"),
        "no longer a legal guardian in this school",
    )
    KNOWN_ELSEWHERE = (
        "known_elsewhere",
        N_("connu jusqu’ici par un autre établissement ou numéro"),
        "known by another school or PERSONNE_ID so far",
    )

    # A record that may be of several persons, or of none.
    PUPIL_HAS_RECORD = (
        "pupil_has_record",
        N_("une autre fiche est déjà cet élève : laissée de côté"),
        "another record is this pupil: left out",
    )
    GUARDIAN_HAS_RECORD = (
        "guardian_has_record",
        N_("une autre fiche est déjà ce responsable : comptes séparés"),
        "another record is this guardian already: kept apart",
    )
    MINOR_OWN_GUARDIAN = (
        "minor_own_guardian",
        N_("son propre responsable, mais mineur : lien ignoré"),
        "own guardian, but a minor: the link is left out",
    )
    SEVERAL_PUPILS = (
        "several_pupils",
        N_("plusieurs élèves ont ces noms et cette date de naissance : à départager"),
        "several pupils have these names and this birth date: left out until the INE is known",
    )
    PUPIL_WITH_OTHER_INE = (
        "pupil_with_other_ine",
        N_("mêmes noms et date de naissance qu’un élève d’un autre INE : comptes séparés"),
        "same names and birth date as a pupil with another INE: kept apart",
    )
    INE_OF_ANOTHER = (
        "ine_of_another",
        N_("cet INE est connu pour une autre personne : laissée de côté tant que vous n’avez pas décidé"),
        "this INE is known of somebody else: left out until you decide",
    )
    MAYBE_KNOWN_PUPIL = (
        "maybe_known_pupil",
        N_("peut-être un élève déjà connu : laissée de côté tant que vous n’avez pas décidé"),
        "perhaps a pupil who is known: left out until you decide",
    )
    MAYBE_GUARDIAN_OF_CHILD = (
        "maybe_guardian_of_child",
        N_(
            "peut-être un responsable déjà connu avec le même enfant : laissée de côté tant que vous n’avez pas décidé"
        ),
        "perhaps a guardian who is known with the same child: left out until you decide",
    )
    MAYBE_TWO_ACCOUNTS = (
        "maybe_two_accounts",
        N_("peut-être deux comptes d’un même responsable, connu avec le même enfant sous une autre fiche"),
        "perhaps two accounts of one guardian, who is known with the same child under another record",
    )
    PERSON_ID_REUSED = (
        "person_id_reused",
        N_("le numéro %(id)s était %(name)s : comptes séparés"),
        "PERSONNE_ID %(id)s was %(name)s: kept apart",
    )
    SEVERAL_GUARDIANS = (
        "several_guardians",
        N_("plusieurs responsables ont ces noms, ce mail et ce mobile : comptes séparés"),
        "several guardians have these names, this mail and this mobile: kept apart",
    )
    MAYBE_GUARDIAN_ELSEWHERE = (
        "maybe_guardian_elsewhere",
        N_("peut-être un responsable d’un autre établissement : comptes séparés"),
        "perhaps a guardian of another school: kept apart",
    )
    FIELD_DIFFERS = "field_differs", N_("ce qui diffère : %(field)s"), "against it: %(field)s"
    LEFT_OUT_BY_SCHOOL = (
        "left_out_by_school",
        N_("vous avez décidé de ne pas importer cette fiche"),
        "the office has decided not to import this record",
    )

    # What the school should know of a record that is imported.
    NO_ACCOUNT_INSTITUTION = (
        "no_account_institution",
        N_("pas de compte : aide sociale, une institution"),
        "no account: child welfare, an institution",
    )
    NO_ACCOUNT_NO_FIRST_NAME = (
        "no_account_no_first_name",
        N_("pas de compte : aucun prénom"),
        "no account: no first name",
    )
    PHONE_UNREADABLE = (
        "phone_unreadable",
        N_("numéro illisible, laissé de côté (%(field)s)"),
        "%(field)s cannot be read",
    )
    MAIL_UNREADABLE = "mail_unreadable", N_("%(field)s est illisible"), "%(field)s cannot be read"
    MOBILE_IS_LANDLINE = (
        "mobile_is_landline",
        N_("numéro de téléphone fixe à la place du mobile, laissé de côté (%(field)s)"),
        "%(field)s is a landline: left out",
    )

    # Why nothing was written.
    YEAR_ALREADY_PAST = (
        "year_already_past",
        N_("Cet export est de l’année %(one)s ; %(other)s est déjà importée."),
        "This export is of the school year %(one)s; %(other)s has been imported already.",
    )
    YEAR_NOT_CURRENT = (
        "year_not_current",
        N_("Cet export est de l’année %(one)s ; nous sommes en %(other)s."),
        "This export is of the school year %(one)s; today is in %(other)s.",
    )
    PEOPLE_CHANGED = (
        "people_changed",
        N_("Des personnes ont changé depuis cet aperçu : relisez le nouveau."),
        "People have changed since this preview was made: look at the new one.",
    )
    TOO_MANY_LEAVE = (
        "too_many_leave",
        N_("Élèves qui partiraient : %(number)s. L’export semble trop court."),
        "%(number)s pupils would leave the school: the export looks too short. If it is right, say so and write it again.",
    )
    RECORDS_SET_ASIDE = (
        "records_set_aside",
        N_("Fiches qui ne peuvent pas être importées : %(number)s. Rien n’a été écrit."),
        "%(number)s records cannot be imported, and nothing was written. "
        "Correct them in the school's base and export again, or set them aside and import the others.",
    )
    NO_SUCH_ANSWER = (
        "no_such_answer",
        N_("Ces fichiers ne demandent pas cette réponse : %(record)s."),
        "There is no such answer for %(record)s in these files.",
    )


@dataclass(frozen=True, slots=True)
class Reason:
    """A code and its facts, stored as JSON with an import."""

    code: ReasonCode
    facts: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence in English, for commands."""
        return self.code.in_english(self.facts)


def field_differs(name: str) -> Reason:
    """An attribute that contradicts that two records are of one person."""
    return Reason(ReasonCode.FIELD_DIFFERS, {"field": name})
