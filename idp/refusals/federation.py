"""Refusals of the login through another provider."""

from idp.refusals.wording import N_, SIGN_IN, Wording

UNKNOWN_PROVIDER = "F01"
PROVIDER_UNREACHABLE = "F02"
PROVIDER_LOGIN_ABANDONED = "F03"
PROVIDER_ANSWER_REFUSED = "F04"
IDENTITY_UNKNOWN = "F05"
IDENTITY_AMBIGUOUS = "F06"
IDENTITY_NOT_ALLOWED = "F07"
IDENTITY_LINKED_ELSEWHERE = "F08"
IDENTITY_INCOMPLETE = "F09"
PROVIDER_LOGIN_TOO_OLD = "F10"

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
    IDENTITY_UNKNOWN: Wording(
        403,
        N_("Aucun compte ne correspond"),
        N_(
            "L’autre service vous a reconnu, mais aucun compte d’ici ne correspond. Connectez-vous avec votre identifiant, ou contactez %(office)s."
        ),
        "No account has the value that the other provider sent (match_attribute). Correct the person’s file in the school’s base, or store the identity: idp upstream link.",
        (SIGN_IN,),
    ),
    IDENTITY_AMBIGUOUS: Wording(
        403,
        N_("Plusieurs comptes correspondent"),
        N_(
            "Plusieurs comptes correspondent à ce qu’indique l’autre service. Connectez-vous avec votre identifiant, et signalez-le : contactez %(office)s."
        ),
        "Several open accounts have the value that the other provider sent, so none is opened. Correct the files or merge the accounts; or store the identity: idp upstream link.",
        (SIGN_IN,),
    ),
    IDENTITY_NOT_ALLOWED: Wording(
        403,
        N_("Connexion non prévue ici"),
        N_(
            "L’autre service n’ouvre pas ce compte : votre profil ou votre établissement n’y est pas prévu. Connectez-vous avec votre identifiant, ou contactez %(office)s."
        ),
        "No rule of the other provider allows this person’s profile or school. The console tries the rules on an example (Autres fournisseurs).",
        (SIGN_IN,),
    ),
    IDENTITY_LINKED_ELSEWHERE: Wording(
        403,
        N_("Compte déjà relié"),
        N_(
            "Ce compte est déjà relié à une autre identité du même service. Connectez-vous avec votre identifiant, puis retirez l’ancienne parmi vos moyens de connexion."
        ),
        "The account is linked to another identity of this provider. Its person removes it under Mon compte, Sécurité; or: idp upstream unlink.",
        (SIGN_IN,),
    ),
    IDENTITY_INCOMPLETE: Wording(
        403,
        N_("Information manquante"),
        N_(
            "L’autre service n’a pas transmis l’information qui permet de retrouver votre compte. Connectez-vous avec votre identifiant, ou contactez %(office)s."
        ),
        "The attribute that is compared (match_attribute) is absent, has several values, or is of another domain. The console tries the rules on an example.",
        (SIGN_IN,),
    ),
    PROVIDER_LOGIN_TOO_OLD: Wording(
        403,
        N_("Nouvelle connexion demandée"),
        N_(
            "Ce service demande de vous reconnaître à nouveau, et l’autre service ne l’a pas fait. Connectez-vous avec votre identifiant."
        ),
        "The service asked for a fresh login (prompt=login, max_age, ForceAuthn), and the other provider answered with an older one.",
        (SIGN_IN,),
    ),
}
