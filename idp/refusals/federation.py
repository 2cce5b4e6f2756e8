"""Login through another provider."""

from idp.refusals.wording import N_, Wording

CATALOGUE: dict[str, Wording] = {
    "F01": Wording(
        404,
        N_("Moyen de connexion inconnu"),
        N_("Ce moyen de connexion n’est pas proposé ici. Connectez-vous avec votre identifiant."),
        "The address names a provider that is not in the settings (section federation).",
    ),
    "F02": Wording(
        502,
        N_("L’autre service ne répond pas"),
        N_(
            "Le service choisi pour vous connecter ne répond pas. Réessayez plus tard, ou connectez-vous avec votre identifiant."
        ),
        "The other provider is out of reach, or answers something that cannot be used. The log has the reason.",
    ),
    "F03": Wording(
        403,
        N_("Connexion abandonnée"),
        N_(
            "La connexion a été abandonnée ou refusée par l’autre service. Recommencez, ou connectez-vous avec votre identifiant."
        ),
        "The person cancelled at the other provider, or it refused them.",
    ),
    "F04": Wording(
        403,
        N_("Réponse refusée"),
        N_(
            "La réponse de l’autre service n’a pas pu être acceptée. Retournez au service de départ et recommencez ici."
        ),
        "The answer came too late, twice, in another browser, or its tokens are not acceptable. The log names the part.",
    ),
}
