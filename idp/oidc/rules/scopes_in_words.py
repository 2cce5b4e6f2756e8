"""What a service receives, in plain words: one line a kind of information."""

from collections.abc import Sequence

from idp.refusals import N_

SENTENCES: dict[str, str] = {
    "openid": N_("un numéro propre à ce service, qui ne dit pas qui vous êtes"),
    "profile": N_("votre nom et votre identifiant"),
    "email": N_("votre adresse mail"),
    "phone": N_("votre numéro de mobile"),
    "address": N_("votre adresse postale"),
    "offline_access": N_("un accès qui dure après votre déconnexion"),
    "ect.scope.cnx": N_("votre profil : responsable, élève ou personnel"),
    "ect.scope.children": N_("vos enfants, leur classe et leur établissement"),
    "ect.scope.schooling": N_("votre classe et votre établissement"),
    "ect.scope.ine": N_("le numéro national de l’élève"),
    "ect.scope.ine_hash": N_("une empreinte du numéro national de l’élève"),
    "ect.scope.staff": N_("votre fonction dans l’établissement"),
}
_BY_CLAIM = {
    "name": "profile",
    "given_name": "profile",
    "family_name": "profile",
    "preferred_username": "profile",
    "email": "email",
    "phone_number": "phone",
    "address": "address",
    "children": "ect.scope.children",
    "class": "ect.scope.schooling",
    "school": "ect.scope.schooling",
    "FrEduCtEleveUAI": "ect.scope.schooling",
    "FrEduCtEleveNiveau": "ect.scope.schooling",
    "age_over_15": "ect.scope.schooling",
    "FrEduCtEleveINE": "ect.scope.ine",
    "FrEduCtEleveINEHash": "ect.scope.ine_hash",
    "roles": "ect.scope.staff",
    "sdet_profiles": "ect.scope.cnx",
}


def in_words(scope: Sequence[str], service_claims: Sequence[str]) -> list[str]:
    """The sentences for a grant. A scope of the service's own (ect.scope.<service>) releases its `service_claims`."""
    told = set(scope)
    if any(word.startswith("ect.scope.") and word not in SENTENCES for word in scope):
        told |= {_BY_CLAIM[name] for name in service_claims if name in _BY_CLAIM}
    return [sentence for word, sentence in SENTENCES.items() if word in told]
