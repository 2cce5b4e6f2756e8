"""What "Mon compte" refuses."""

from idp.refusals.wording import N_, Wording

CATALOGUE: dict[str, Wording] = {
    "C01": Wording(
        403,
        N_("Cet élève n’est pas à votre nom"),
        N_("Vous ne pouvez pas agir pour cet élève. Adressez-vous à %(office)s."),
        "The pupil is not linked to this guardian, the link is disputed, or the pupil has no open account.",
    ),
    "C02": Wording(
        403,
        N_("Cet élève est majeur"),
        N_("Votre enfant est majeur et choisit lui-même son mot de passe, par « Mot de passe perdu »."),
        "From eighteen on a pupil's password is theirs alone. Without a mail address, the school resets it.",
    ),
    "C03": Wording(
        403,
        N_("Ces comptes ne peuvent pas être réunis"),
        N_(
            "Les deux comptes doivent être de responsables, aux mêmes nom et prénom, et l’autre sans connexion en deux étapes. Sinon, adressez-vous à %(office)s."
        ),
        "Joining needs the same surname and first name on both guardians' accounts. Correct the names in the base first.",
    ),
    "C04": Wording(
        403,
        N_("Pas avant dix-huit ans"),
        N_("Ce lien ne peut être terminé ici qu’à partir de dix-huit ans. Adressez-vous à %(office)s."),
        "Only a pupil of full age ends the link to a guardian; before, it is the school's base that says who is one.",
    ),
}
