"""Refusals of "Mon compte"."""

from idp.refusals.wording import LOST_PASSWORD, N_, Wording

NOT_A_CHILD_OF_YOURS = "C01"
CHILD_IS_OF_AGE = "C02"
ACCOUNTS_DIFFER = "C03"
LINK_NOT_ENDABLE = "C04"

CATALOGUE: dict[str, Wording] = {
    NOT_A_CHILD_OF_YOURS: Wording(
        403,
        N_("Cet élève n’est pas à votre nom"),
        N_("Vous ne pouvez pas agir pour cet élève. Contactez %(office)s."),
        "The pupil is not linked to this guardian, the link is disputed, or the pupil has no open account.",
    ),
    CHILD_IS_OF_AGE: Wording(
        403,
        N_("Cet élève est majeur"),
        N_("Votre enfant est majeur et choisit lui-même son mot de passe, par « Mot de passe perdu »."),
        "From the age of eighteen, only the pupil can reset the password. Without a mail address, the school resets it.",
        (LOST_PASSWORD,),
    ),
    ACCOUNTS_DIFFER: Wording(
        403,
        N_("Ces comptes ne peuvent pas être réunis"),
        N_(
            "Les deux comptes doivent être de responsables, aux mêmes nom et prénom, et l’autre sans connexion en deux étapes. Sinon, contactez %(office)s."
        ),
        "Joining needs the same surname and first name on both guardians' accounts. Correct the names in the school's database first.",
    ),
    LINK_NOT_ENDABLE: Wording(
        403,
        N_("Pas avant dix-huit ans"),
        N_("Ce lien ne peut être terminé ici qu’à partir de dix-huit ans. Contactez %(office)s."),
        "Only a pupil of full age can end the link to a guardian; before, the school's database names the guardians.",
    ),
}
