"""Recovery and self-activation."""

from idp.refusals.wording import N_, Wording

CATALOGUE: dict[str, Wording] = {
    "V01": Wording(
        422,
        N_("Code différent"),
        N_("Ce code n’est pas celui qui a été envoyé. Vérifiez-le, ou demandez un nouveau code."),
        "The code typed is not the newest one, or none was sent because the number or username is not known.",
    ),
    "V02": Wording(
        429,
        N_("Ce code ne peut plus servir"),
        N_("Trop d’essais, ou le code a trop attendu. Demandez un nouveau code, ou recommencez."),
        "Five wrong codes, or ten minutes have gone by. A new code can be asked for three times an hour.",
    ),
    "V03": Wording(
        410,
        N_("Cette démarche est terminée"),
        N_("Cette page a trop attendu, ou la démarche est déjà terminée. Connectez-vous, ou recommencez."),
        "The page waited longer than allowed, was finished in another tab, or the password was changed meanwhile.",
    ),
    "V04": Wording(
        429,
        N_("Plusieurs codes sont déjà partis"),
        N_("Plusieurs codes viennent de partir. Attendez une heure, ou adressez-vous à %(office)s."),
        "Three codes were asked for on one page. If none arrives, check the number in the school's base.",
    ),
    "V05": Wording(
        422,
        N_("Nom à vérifier"),
        N_(
            "Ce nom n’est pas celui que connaît l’établissement pour ce numéro. Vérifiez l’orthographe de votre courrier."
        ),
        "Several guardians share the number, and none of them has the names that were typed. Check the base.",
    ),
    "V06": Wording(
        403,
        N_("Aucun enfant"),
        N_(
            "Sans la date de naissance d’un enfant, le compte ne peut pas être ouvert ici. Adressez-vous à %(office)s."
        ),
        "The guardian denied every child, or the base has no birth date of a child. Check the family in the base.",
    ),
    "V07": Wording(
        410,
        N_("Lien déjà utilisé ou trop ancien"),
        N_(
            "Ce lien a déjà servi ou n’est plus valable. Choisissez « Mot de passe perdu » pour en recevoir un autre."
        ),
        "A recovery link was used, replaced by a newer one, or is older than an hour.",
    ),
    "V08": Wording(
        422,
        N_("Adresse ou numéro à corriger"),
        N_(
            "Écrivez une adresse mail, comme prenom.nom@exemple.fr, ou un numéro de mobile, comme 06 12 34 56 78."
        ),
        "What was typed is neither a mail address nor a phone number.",
    ),
    "V09": Wording(
        422,
        N_("Numéro à corriger"),
        N_("Ce numéro n’est pas complet. Il ressemble à 06 12 34 56 78."),
        "What was typed is no phone number.",
    ),
    "V10": Wording(
        404,
        N_("Ce lien ne marche plus"),
        N_(
            "Il a déjà servi, ou un autre courrier l’a remplacé. Entrez votre identifiant, ou demandez un nouveau courrier à %(office)s."
        ),
        "An activation link of a mail works once, until the letter's days have passed, and dies with a newer letter. Send another from the console.",
    ),
}
