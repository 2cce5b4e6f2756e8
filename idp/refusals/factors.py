"""Refusals of second factors: passkeys, authenticator apps, recovery codes."""

from idp.refusals.wording import N_, SIGN_OUT, Wording

WRONG_FACTOR_CODE = "M01"
TOO_MANY_FACTOR_CODES = "M02"
PASSKEY_NOT_ACCEPTED = "M03"
FACTOR_CHANGED = "M04"
FACTOR_LOGIN_NEEDED = "M05"
LAST_FACTOR_NEEDED = "M06"

CATALOGUE: dict[str, Wording] = {
    WRONG_FACTOR_CODE: Wording(
        422,
        N_("Code différent"),
        N_(
            "Ce code n’est pas le bon, ou il a déjà servi. Attendez le code suivant de l’application et recommencez."
        ),
        "The code of the authenticator app is wrong, was used already, or the phone's clock is wrong by more than a minute.",
    ),
    TOO_MANY_FACTOR_CODES: Wording(
        429,
        N_("Trop de codes différents"),
        N_("Plusieurs codes ne convenaient pas. Attendez %(minutes)s min avant de recommencer."),
        "Several wrong codes locked the second step for a while. The lock ends by itself.",
    ),
    PASSKEY_NOT_ACCEPTED: Wording(
        403,
        N_("Clé d’accès refusée"),
        N_("Cette clé d’accès n’a pas été acceptée. Recommencez, ou choisissez un autre moyen."),
        "The passkey is unknown here, was removed, belongs to another account, or the page waited for more than five minutes.",
    ),
    FACTOR_CHANGED: Wording(
        409,
        N_("Déjà en place"),
        N_("Ce moyen est déjà en place, ou a été changé dans un autre onglet. Rechargez la page."),
        "An authenticator app was confirmed already, or the account has as many passkeys as it may have.",
    ),
    FACTOR_LOGIN_NEEDED: Wording(
        403,
        N_("Deux étapes d’abord"),
        N_("Pour changer ces moyens, déconnectez-vous, puis reconnectez-vous avec l’un d’eux."),
        "Factors can be changed only in a session that was opened with two steps.",
        (SIGN_OUT,),
    ),
    LAST_FACTOR_NEEDED: Wording(
        403,
        N_("Un moyen doit rester"),
        N_(
            "Votre fonction demande la connexion en deux étapes. Ajoutez un autre moyen avant de retirer celui-ci."
        ),
        "Staff need at least one second factor (setting signin.staff_second_factor).",
    ),
}
