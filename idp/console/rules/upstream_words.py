"""Words of the console about other identity providers."""

from idp.federation.rules.matching import Why
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
