"""Refusals of the first login."""

from idp.refusals.wording import ANOTHER_MAIL, N_, SIGN_IN, Wording

PASSWORD_TOO_WEAK = "A01"
PASSWORD_UNCHANGED = "A09"
PASSWORD_ALREADY_SET = "A11"
RESET_CAME_FIRST = "A12"
WRONG_BIRTH_DATE = "A02"
TOO_MANY_BIRTH_DATES = "A03"
UNUSABLE_MAIL_ADDRESS = "A04"
CONFIRMATION_LINK_USED = "A05"
WRONG_MAIL_CODE = "A06"
TOO_MANY_MAILS = "A07"
NO_SUCH_DATE = "A08"
BIRTH_DATES_MISSING = "A10"

CATALOGUE: dict[str, Wording] = {
    PASSWORD_TOO_WEAK: Wording(
        422,
        N_("Mot de passe à changer"),
        N_("Ce mot de passe ne respecte pas toutes les règles. Corrigez ce qui n’est pas coché."),
        "The chosen password breaks a rule that the page shows.",
    ),
    PASSWORD_UNCHANGED: Wording(
        422,
        N_("C’est déjà votre mot de passe"),
        N_(
            "Ce mot de passe est celui que vous avez déjà. Connectez-vous avec lui, ou choisissez-en un autre."
        ),
        "The new password is the present one: nothing was changed and no mail was sent.",
        (SIGN_IN,),
    ),
    PASSWORD_ALREADY_SET: Wording(
        409,
        N_("Mot de passe changé à l’instant"),
        N_(
            "Le mot de passe de ce compte vient d’être changé, dans une autre fenêtre ou sur un autre appareil. Celui-ci n’a pas été pris : connectez-vous avec le nouveau."
        ),
        "Two requests changed the password of the account at the same time: the first took effect, this one changed nothing. If the person did not do it, reset the account.",
        (SIGN_IN,),
    ),
    RESET_CAME_FIRST: Wording(
        409,
        N_("Accès changé à l’instant"),
        N_(
            "Les codes de ce compte viennent d’être changés par une autre personne. Rien n’a été changé ici : vérifiez d’abord, puis recommencez si besoin."
        ),
        "The password was chosen or reset, or the account locked, at the time of this reset, which changed nothing. Look at the audit trail, then reset again if needed.",
    ),
    WRONG_BIRTH_DATE: Wording(
        422,
        N_("Date de naissance différente"),
        N_(
            "Cette date de naissance n’est pas celle que connaît l’établissement. Vérifiez-la et recommencez."
        ),
        "The given birth date differs from the school's database. Check the database.",
    ),
    TOO_MANY_BIRTH_DATES: Wording(
        403,
        N_("Trop de dates différentes"),
        N_("Plusieurs dates de naissance ne convenaient pas. Pour continuer, contactez %(office)s."),
        "Too many wrong birth dates. Check identity and birth date in the database, then `idp accounts unlock`.",
    ),
    UNUSABLE_MAIL_ADDRESS: Wording(
        422,
        N_("Adresse mail à corriger"),
        N_(
            "Cette adresse mail n’est pas complète, ou contient un signe qu’une adresse ne peut pas avoir. Elle ressemble à prenom.nom@exemple.fr."
        ),
        "No mail could be sent to the address: a part is missing, or a character is not allowed. Accents are allowed before and after the @.",
    ),
    CONFIRMATION_LINK_USED: Wording(
        410,
        N_("Lien déjà utilisé ou trop ancien"),
        N_(
            "Ce lien a déjà servi ou n’est plus valable. Connectez-vous avec votre identifiant, puis demandez un nouveau mail."
        ),
        "The link in a mail was replaced by a newer one, is too old, or was used and the address or account has changed since. A used link with a completed purpose shows this instead.",
        (ANOTHER_MAIL,),
    ),
    WRONG_MAIL_CODE: Wording(
        422,
        N_("Code différent"),
        N_("Ce code n’est pas celui du dernier mail. Vérifiez-le, ou demandez un nouveau mail."),
        "The typed code is not that of the newest mail.",
    ),
    TOO_MANY_MAILS: Wording(
        429,
        N_("Mail déjà envoyé plusieurs fois"),
        N_(
            "Plusieurs mails viennent de partir. Regardez aussi dans les indésirables, et attendez une heure avant d’en demander un autre."
        ),
        "Too many mails were requested within an hour. Check that the address is right.",
    ),
    NO_SUCH_DATE: Wording(
        422,
        N_("Date à corriger"),
        N_("Cette date n’existe pas. Écrivez le jour, le mois et l’année, par exemple 31 03 2014."),
        "The typed date is invalid.",
    ),
    BIRTH_DATES_MISSING: Wording(
        422,
        N_("Date à corriger"),
        N_(
            "La date de naissance manque, n’est pas complète ou n’existe pas pour : %(names)s. Écrivez le jour, le mois et l’année, par exemple 31 03 2014."
        ),
        "The birth date of one or several children is empty or invalid; the page names them.",
    ),
}
