"""Refusals of the login."""

from idp.refusals.wording import LOST_PASSWORD, N_, NO_LETTER, Wording

WRONG_CREDENTIALS = "S01"
TOO_MANY_FAILURES = "S02"
LETTER_EXPIRED = "S03"
ACCOUNT_CLOSED = "S04"
NETWORK_LIMITED = "S05"
TOO_BUSY = "S06"
PROFILE_NOT_ACCEPTED = "S07"
ACCOUNT_LOCKED = "S08"

CATALOGUE: dict[str, Wording] = {
    WRONG_CREDENTIALS: Wording(
        401,
        N_("Connexion impossible"),
        N_(
            "L’identifiant ou le mot de passe ne convient pas. Vérifiez-les, ou choisissez « Mot de passe perdu »."
        ),
        "Wrong username or password, or no such account. Look the account up; give a new provisional password if need be.",
        (LOST_PASSWORD,),
    ),
    TOO_MANY_FAILURES: Wording(
        429,
        N_("Trop d’essais"),
        N_(
            "Trop d’essais ont échoué. Attendez %(minutes)s min avant de recommencer, ou choisissez « Mot de passe perdu »."
        ),
        "Several wrong passwords in a row: the account accepts no sign-in for a while. `idp accounts unlock` ends this at once.",
        (LOST_PASSWORD,),
    ),
    LETTER_EXPIRED: Wording(
        403,
        N_("Courrier trop ancien"),
        N_(
            "Le mot de passe provisoire de votre courrier n’est plus valable. Pour en avoir un nouveau, contactez %(office)s."
        ),
        "The letter has expired. Print a new letter.",
        (NO_LETTER,),
    ),
    ACCOUNT_CLOSED: Wording(
        403,
        N_("Compte fermé"),
        N_("Ce compte n’est plus ouvert. Contactez %(office)s."),
        "The account is closed, suspended, or its person is absent from the last import.",
    ),
    NETWORK_LIMITED: Wording(
        429,
        N_("Trop d’essais depuis ce réseau"),
        N_(
            "Trop d’essais ont échoué depuis votre connexion à Internet. Attendez une heure, ou utilisez un autre réseau."
        ),
        "Many failures from one network address. Nothing is wrong with the account itself.",
    ),
    TOO_BUSY: Wording(
        503,
        N_("Beaucoup de monde en ce moment"),
        N_(
            "Beaucoup de personnes se connectent en ce moment. Patientez quelques secondes, puis recommencez."
        ),
        "The password check is at its limit. It recovers by itself; if it persists, the server is too small.",
    ),
    PROFILE_NOT_ACCEPTED: Wording(
        403,
        N_("Ce service ne s’ouvre pas avec ce compte"),
        N_("Ce service est réservé à d’autres comptes que le vôtre. Connectez-vous avec un autre compte."),
        "The service accepts only some profiles (for instance guardians), and the person's account has another.",
    ),
    ACCOUNT_LOCKED: Wording(
        403,
        N_("Compte verrouillé"),
        N_(
            "Ce compte a été verrouillé pour le protéger. Choisissez « Mot de passe perdu » : un nouveau mot de passe l’ouvrira."
        ),
        "The person (or an administrator) locked the account after a stranger's act. A completed recovery, or `idp accounts unlock`, unlocks it.",
        (LOST_PASSWORD,),
    ),
}
