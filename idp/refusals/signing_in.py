"""Signing in."""

from idp.refusals.wording import N_, Wording

CATALOGUE: dict[str, Wording] = {
    "S01": Wording(
        401,
        N_("Connexion impossible"),
        N_(
            "L’identifiant ou le mot de passe ne convient pas. Vérifiez-les, ou choisissez « Mot de passe perdu »."
        ),
        "Wrong username or password, or no such account. Look the account up; give a new provisional password if need be.",
    ),
    "S02": Wording(
        429,
        N_("Trop d’essais"),
        N_(
            "Trop d’essais ont échoué. Attendez %(minutes)s min avant de recommencer, ou choisissez « Mot de passe perdu »."
        ),
        "Several wrong passwords in a row closed this account's door for a while. `idp accounts unlock` opens it at once.",
    ),
    "S03": Wording(
        403,
        N_("Courrier trop ancien"),
        N_(
            "Le mot de passe provisoire de votre courrier n’est plus valable. Demandez-en un nouveau à %(office)s."
        ),
        "The letter was not used within its days. Print a new letter.",
    ),
    "S04": Wording(
        403,
        N_("Compte fermé"),
        N_("Ce compte n’est plus ouvert. Adressez-vous à %(office)s."),
        "The account is closed, suspended, or its person is absent from the last import.",
    ),
    "S05": Wording(
        429,
        N_("Trop d’essais depuis ce réseau"),
        N_(
            "Trop d’essais ont échoué depuis votre connexion à Internet. Attendez une heure, ou utilisez un autre réseau."
        ),
        "Many failures from one network address. Nothing is wrong with the account itself.",
    ),
    "S06": Wording(
        503,
        N_("Beaucoup de monde en ce moment"),
        N_(
            "Beaucoup de personnes se connectent en ce moment. Patientez quelques secondes, puis recommencez."
        ),
        "The password check is at its limit. It passes by itself; if it lasts, the server is too small.",
    ),
    "S07": Wording(
        403,
        N_("Ce service ne s’ouvre pas avec ce compte"),
        N_("Ce service est réservé à d’autres comptes que le vôtre. Connectez-vous avec un autre compte."),
        "The service accepts only some profiles (for instance guardians), and the person's account has another.",
    ),
    "S08": Wording(
        403,
        N_("Compte verrouillé"),
        N_(
            "Ce compte a été verrouillé pour le protéger. Choisissez « Mot de passe perdu » : un nouveau mot de passe l’ouvrira."
        ),
        "Its person (or an administrator) locked the account after something a stranger did. A proven recovery, or `idp accounts unlock`, opens it.",
    ),
}
