"""Refusals of recovery and self-activation."""

from idp.refusals.wording import LOST_PASSWORD, N_, SIGN_IN, Wording

WRONG_RECOVERY_CODE = "V01"
RECOVERY_CODE_EXPIRED = "V02"
RECOVERY_EXPIRED = "V03"
TOO_MANY_CODES = "V04"
WRONG_NAME = "V05"
ANSWERS_NOT_ENOUGH = "V11"
CHILD_NOT_PROVED = "V06"
RECOVERY_LINK_USED = "V07"
UNUSABLE_CONTACT = "V08"
UNUSABLE_PHONE_NUMBER = "V09"
ACTIVATION_LINK_USED = "V10"
LANDLINE_NUMBER = "V12"

CATALOGUE: dict[str, Wording] = {
    WRONG_RECOVERY_CODE: Wording(
        422,
        N_("Code différent"),
        N_("Ce code n’est pas celui qui a été envoyé. Vérifiez-le, ou demandez un nouveau code."),
        "The typed code is not the newest, or no code was sent because the number or username is unknown.",
    ),
    RECOVERY_CODE_EXPIRED: Wording(
        429,
        N_("Ce code ne peut plus servir"),
        N_("Trop d’essais, ou le code a trop attendu. Demandez un nouveau code, ou recommencez."),
        "Five wrong codes, or the code expired after ten minutes. A new code can be requested three times an hour.",
    ),
    RECOVERY_EXPIRED: Wording(
        410,
        N_("Cette démarche est terminée"),
        N_("Cette page a trop attendu, ou la démarche est déjà terminée. Connectez-vous, ou recommencez."),
        "The page waited longer than allowed, was finished in another tab, or the password was changed meanwhile.",
        (SIGN_IN,),
    ),
    TOO_MANY_CODES: Wording(
        429,
        N_("Plusieurs codes sont déjà partis"),
        N_("Plusieurs codes viennent de partir. Attendez une heure, ou contactez %(office)s."),
        "Three codes were requested on one page. If none arrives, check the number in the school's database.",
    ),
    WRONG_NAME: Wording(
        422,
        N_("Nom à vérifier"),
        N_(
            "Ce nom n’est pas celui que connaît l’établissement pour ce numéro. Vérifiez l’orthographe de votre courrier."
        ),
        "Several guardians share the number, and none of them has the typed names. Check the school's database.",
    ),
    ANSWERS_NOT_ENOUGH: Wording(
        409,
        N_("Votre établissement doit vous aider"),
        N_("Ces réponses ne suffisent pas à trouver votre compte. Contactez %(office)s."),
        "Several guardians of the same name share the number, and the given child's birth date fits more than one of them "
        "(both parents of a child, twins, or one person with two accounts). Identify the person, then print a letter for the right "
        "account, give each of them a number of their own in the database, or merge two accounts of one person.",
    ),
    CHILD_NOT_PROVED: Wording(
        403,
        N_("Aucun enfant"),
        N_(
            "Sans la date de naissance d’un enfant, le compte ne peut pas être ouvert ici. Contactez %(office)s."
        ),
        "The guardian denied every child, or the school's database has no birth date of a child. Check the family in the database.",
    ),
    RECOVERY_LINK_USED: Wording(
        410,
        N_("Lien déjà utilisé ou trop ancien"),
        N_(
            "Ce lien a déjà servi ou n’est plus valable. Choisissez « Mot de passe perdu » pour en recevoir un autre."
        ),
        "A recovery link was replaced by a newer one, or is older than an hour. A used link shows this instead, while the account is active.",
        (LOST_PASSWORD,),
    ),
    UNUSABLE_CONTACT: Wording(
        422,
        N_("Adresse ou numéro à corriger"),
        N_(
            "Écrivez une adresse mail, comme prenom.nom@exemple.fr, ou un numéro de mobile, comme 06 12 34 56 78."
        ),
        "The typed text is neither a mail address nor a phone number.",
    ),
    UNUSABLE_PHONE_NUMBER: Wording(
        422,
        N_("Numéro à corriger"),
        N_(
            "Ce numéro n’existe pas, ou n’est pas complet. Un numéro ressemble à 06 12 34 56 78 ; hors de France, il commence par + et l’indicatif du pays."
        ),
        "The typed phone number belongs to no numbering plan of a French territory or, with a country code, of another country.",
    ),
    ACTIVATION_LINK_USED: Wording(
        404,
        N_("Ce lien ne marche plus"),
        N_(
            "Il a déjà servi, ou un autre courrier l’a remplacé. Entrez votre identifiant ; pour un nouveau courrier, contactez %(office)s."
        ),
        "An activation link of a mail works once, expires with the letter, and is replaced by a newer letter. Send another from the console.",
        (SIGN_IN,),
    ),
    LANDLINE_NUMBER: Wording(
        422,
        N_("Numéro de téléphone fixe"),
        N_(
            "Ce numéro est un téléphone fixe : il ne reçoit pas de SMS. Écrivez un numéro de mobile, comme 06 12 34 56 78."
        ),
        "By its numbering plan, the number is a landline. Without a mobile number, the school's office prints a letter.",
    ),
}
