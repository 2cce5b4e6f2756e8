"""What a service receives, in plain French: one sentence per kind of information."""

from collections.abc import Sequence

from idp.refusals import N_

SENTENCES: dict[str, str] = {
    "openid": N_("un numéro propre à ce service, qui ne dit pas qui vous êtes"),
    "profile": N_("votre nom et votre identifiant"),
    "email": N_("votre adresse mail"),
    "phone": N_("votre numéro de mobile"),
    "address": N_("votre adresse postale"),
    "birth_date": N_("votre date de naissance"),
    "offline_access": N_("un accès qui dure après votre déconnexion"),
    "ect.scope.cnx": N_("votre profil : responsable, élève ou personnel"),
    "ect.scope.children": N_("vos enfants, leur classe et leur établissement"),
    "ect.scope.schooling": N_("votre classe et votre établissement"),
    "ect.scope.ine": N_("le numéro national de l’élève"),
    "ect.scope.ine_hash": N_("une empreinte du numéro national de l’élève"),
    "siecle_id": N_("le numéro de l’élève dans la base de l’établissement"),
    "ect.scope.staff": N_("votre fonction dans l’établissement"),
}


ONLY_OF = {"ect.scope.children": "guardian", "ect.scope.staff": "staff"}
"""Kinds of information that only one kind of person has; of others a service receives nothing for them."""
OF_OTHERS: dict[tuple[str, str], str] = {
    ("guardian", "ect.scope.schooling"): N_("l’établissement de vos enfants"),
    ("staff", "ect.scope.schooling"): N_("votre établissement"),
}
"""(kind of person, kind of information) → the sentence where it is another than a pupil's."""


def in_words(kinds: Sequence[str], person: str | None = None) -> list[str]:
    """The sentences for kinds of information (`rules.consent.kinds`), always in the same order.

    `person`: the kind of the person; the information that such a person cannot have is left out. None: of anybody.
    """
    return [
        OF_OTHERS.get((person or "pupil", word), sentence)
        for word, sentence in SENTENCES.items()
        if word in kinds and (person is None or ONLY_OF.get(word, person) == person)
    ]
