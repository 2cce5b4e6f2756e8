"""Refusals of the login through another provider."""

from idp.refusals.wording import N_, SIGN_IN, Wording

UNKNOWN_PROVIDER = "F01"
PROVIDER_UNREACHABLE = "F02"
PROVIDER_LOGIN_ABANDONED = "F03"
PROVIDER_ANSWER_REFUSED = "F04"

CATALOGUE: dict[str, Wording] = {
    UNKNOWN_PROVIDER: Wording(
        404,
        N_("Moyen de connexion inconnu"),
        N_("Ce moyen de connexion n’est pas proposé ici. Connectez-vous avec votre identifiant."),
        "The address names a provider that is not in the settings (section federation).",
        (SIGN_IN,),
    ),
    PROVIDER_UNREACHABLE: Wording(
        502,
        N_("L’autre service ne répond pas"),
        N_(
            "Le service choisi pour vous connecter ne répond pas. Réessayez plus tard, ou connectez-vous avec votre identifiant."
        ),
        "The other provider is out of reach, or its response is invalid. The log has the reason.",
        (SIGN_IN,),
    ),
    PROVIDER_LOGIN_ABANDONED: Wording(
        403,
        N_("Connexion abandonnée"),
        N_(
            "La connexion a été abandonnée ou refusée par l’autre service. Recommencez, ou connectez-vous avec votre identifiant."
        ),
        "The person cancelled at the other provider, or it refused them.",
        (SIGN_IN,),
    ),
    PROVIDER_ANSWER_REFUSED: Wording(
        403,
        N_("Réponse refusée"),
        N_(
            "La réponse de l’autre service n’a pas pu être acceptée. Retournez au service de départ et recommencez ici."
        ),
        "The response came too late, twice, in another browser, or its tokens are invalid. The log names the part.",
    ),
}
