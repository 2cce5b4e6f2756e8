"""The first login."""

from idp.refusals.wording import N_, Wording

CATALOGUE: dict[str, Wording] = {
    "A01": Wording(
        422,
        N_("Mot de passe à changer"),
        N_("Ce mot de passe ne respecte pas toutes les règles. Corrigez ce qui n’est pas coché."),
        "The chosen password breaks a rule that the page shows.",
    ),
    "A02": Wording(
        422,
        N_("Date de naissance différente"),
        N_(
            "Cette date de naissance n’est pas celle que connaît l’établissement. Vérifiez-la et recommencez."
        ),
        "The birth date given is not the one of the school's base. Check the base.",
    ),
    "A03": Wording(
        403,
        N_("Trop de dates différentes"),
        N_("Plusieurs dates de naissance ne convenaient pas. Pour continuer, adressez-vous à %(office)s."),
        "Too many wrong birth dates. Check identity and birth date in the base, then `idp accounts unlock`.",
    ),
    "A04": Wording(
        422,
        N_("Adresse mail à corriger"),
        N_("Cette adresse mail n’est pas complète. Elle ressemble à prenom.nom@exemple.fr."),
        "The mail address is malformed.",
    ),
    "A05": Wording(
        410,
        N_("Lien déjà utilisé ou trop ancien"),
        N_(
            "Ce lien a déjà servi ou n’est plus valable. Connectez-vous avec votre identifiant, puis demandez un nouveau mail."
        ),
        "The link in a mail was used, replaced by a newer one, or is too old.",
    ),
    "A06": Wording(
        422,
        N_("Code différent"),
        N_("Ce code n’est pas celui du dernier mail. Vérifiez-le, ou demandez un nouveau mail."),
        "The code typed is not the one of the newest mail.",
    ),
    "A07": Wording(
        429,
        N_("Mail déjà envoyé plusieurs fois"),
        N_(
            "Plusieurs mails viennent de partir. Regardez aussi dans les indésirables, et attendez une heure avant d’en demander un autre."
        ),
        "Too many mails asked for within an hour. Check that the address is right.",
    ),
    "A08": Wording(
        422,
        N_("Date à corriger"),
        N_("Cette date n’existe pas. Écrivez le jour, le mois et l’année, par exemple 31 03 2014."),
        "The date typed is no date.",
    ),
}
