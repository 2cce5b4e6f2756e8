"""Sentences of imports on pages: a stored code → its French sentence, marked for translation; names of fields."""

from collections.abc import Mapping
from typing import Any

from idp.imports.rules.faults import FaultCode
from idp.imports.rules.reasons import ReasonCode
from idp.imports.rules.sentence_codes import SentenceCode
from idp.refusals import N_

CODES: dict[str, SentenceCode] = {str(code): code for codes in (FaultCode, ReasonCode) for code in codes}

SIECLE_FIELDS: dict[str, str] = {
    "ID_NATIONAL": N_("INE"),
    "NOM_DE_FAMILLE": N_("Nom de famille"),
    "NOM": N_("Nom de famille"),
    "NOM_USAGE": N_("Nom d’usage"),
    "PRENOM": N_("Prénom"),
    "PRENOM2": N_("Autres prénoms"),
    "PRENOM3": N_("Autres prénoms"),
    "DATE_NAISS": N_("Date de naissance"),
    "DATE_SORTIE": N_("Date de sortie"),
    "DATE_EXPORT": N_("Date de l’export"),
    "CLASSE": N_("Classe"),
    "CODE_STRUCTURE": N_("Classe"),
    "CODE_SEXE": N_("Sexe"),
    "CODE_MEF": N_("MEF"),
    "LC_CIVILITE": N_("Civilité"),
    "MEL": N_("Mail"),
    "TEL_PORTABLE": N_("Mobile"),
    "TEL_PERSONNEL": N_("Téléphone"),
    "CODE_PARENTE": N_("Lien de parenté"),
    "NIVEAU_RESPONSABILITE": N_("Niveau de responsabilité"),
    "RESP_LEGAL": N_("Niveau de responsabilité"),
    "LIGNE1_ADRESSE": N_("Adresse"),
    "LIGNE2_ADRESSE": N_("Adresse"),
    "LIGNE3_ADRESSE": N_("Adresse"),
    "LIGNE4_ADRESSE": N_("Adresse"),
    "CODE_POSTAL": N_("Code postal"),
    "LIBELLE_POSTAL": N_("Ville"),
    "ELEVE_ID": N_("Numéro de l’élève (ELEVE_ID)"),
    "PERSONNE_ID": N_("Numéro de la personne (PERSONNE_ID)"),
    "ADRESSE_ID": N_("Numéro de l’adresse (ADRESSE_ID)"),
    "ANNEE_SCOLAIRE": N_("Année scolaire"),
    "UAJ": N_("UAI de l’établissement"),
    "PARAMETRES": N_("En-tête"),
}
"""SIECLE's names of fields; a name that is not here is a column of the school's own table."""

RECORD_FIELDS: dict[str, str] = {
    "ine": N_("INE"),
    "family_name": N_("nom de famille"),
    "usage_name": N_("nom d’usage"),
    "first_name": N_("prénom"),
    "other_first_names": N_("autres prénoms"),
    "sex": N_("sexe"),
    "birth_date": N_("date de naissance"),
    "mobile": N_("mobile"),
    "phone": N_("téléphone"),
    "contact_mail": N_("mail"),
    "civility": N_("civilité"),
    "address": N_("adresse"),
    "postal_code": N_("code postal"),
    "city": N_("ville"),
    "class_code": N_("classe"),
    "mef": N_("MEF"),
    "relation": N_("lien de parenté"),
}
"""Attributes of a record as the fact `field` of a reason names them."""


def sentence_of(stored: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The marked sentence of a stored fault or reason, and its facts. An unknown code is its own sentence."""
    code = str(stored["code"])
    return (CODES[code].french, dict(stored.get("facts") or {})) if code in CODES else (code, {})
