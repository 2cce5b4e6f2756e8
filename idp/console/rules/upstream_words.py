"""Words of the console about other identity providers."""

from idp.federation.rules.matching import Why
from idp.federation.rules.outlook import Outlook, Way
from idp.refusals import N_

REASONS: dict[Why, str] = {
    Why.NO_RULE: N_("Aucune règle ne s’applique à ces attributs."),
    Why.NO_VALUE: N_("L’attribut comparé manque, a plusieurs valeurs, ou n’est pas utilisable."),
    Why.UNKNOWN: N_("Aucun compte n’a cette valeur."),
    Why.AMBIGUOUS: N_("Plusieurs comptes ouverts ont cette valeur."),
    Why.OTHER_PROFILE: N_("Le compte qui a cette valeur est d’un autre profil."),
    Why.OUTSIDE_SCHOOLS: N_("Le compte n’appartient à aucun établissement de la règle."),
    Why.CLOSED: N_("Le compte est fermé, ou absent du dernier import."),
    Why.LOCKED: N_("Le compte est verrouillé."),
    Why.LINKED_ELSEWHERE: N_("Le compte est déjà relié à une autre identité de ce fournisseur."),
}
"""Why a person would be refused."""

MATCHES: dict[str, str] = {
    "proof": N_("preuve par SMS et dates de naissance"),
    "ine": N_("INE"),
    "mail": N_("adresse mail"),
    "username": N_("identifiant"),
    "stored": N_("identités enregistrées"),
}
"""How an account is recognised at the first login."""

CONDITIONS: dict[str, str] = {
    "unusable": N_("Inutilisable"),
    "over": N_("Certificat périmé"),
    "ends": N_("Fin proche"),
    "usable": N_("Utilisable"),
    "unknown": N_("Pas encore contacté"),
}
"""Whether an upstream can be used → its word."""

WAYS: dict[Way, str] = {
    Way.VALUE: N_("Sera reconnue"),
    Way.LINKED: N_("Déjà reliée"),
    Way.PROOF: N_("Prouvera quel compte est le sien"),
}
"""What a first login will say of a person whom it accepts."""

_LACKS: dict[str, str] = {
    "ine": N_("La base n’a pas son INE."),
    "mail": N_("La base n’a pas d’adresse mail d’un domaine de ce fournisseur."),
    "username": N_("Son identifiant ne peut pas être comparé."),
}
_NOT_STORED = N_("Son identité n’est pas enregistrée.")

REMEDIES: dict[str, str] = {
    "ine": N_("Complétez l’INE dans la base de l’établissement, puis importez un nouvel export."),
    "mail": N_("Complétez l’adresse mail dans la base de l’établissement, puis importez un nouvel export."),
    "stored": N_("L’académie enregistre les identités à partir d’une liste du fournisseur."),
}
"""What helps people who will not be recognised, by the upstream's `match`."""


def outlook_word(outlook: Outlook, match: str) -> str:
    """What a first login will say, in French. `match`: of the upstream."""
    if outlook.way is not None:
        return WAYS[outlook.way]
    if outlook.why == Why.NO_VALUE:
        return _LACKS[match]
    if outlook.why == Why.UNKNOWN:
        return _NOT_STORED
    assert outlook.why is not None
    return REASONS[outlook.why]
