"""The registration form of a relying party of OpenID Connect."""

from idp.console.rules import common_fields as common
from idp.console.rules.service_form import Field, Form, Section
from idp.oidc.clients.rules.client_metadata import AUTH_METHODS, GRANT_TYPES, SERVICE_CLAIMS, SIGNING_ALGS
from idp.oidc.clients.rules.security_profiles import PROFILES as PROFILES_OF_SECURITY
from idp.people.rules.accounts import PROFILES
from idp.refusals import N_

OIDC = Form(
    (
        Section(
            common.SERVICE,
            (common.name_field("client_name"), common.FIRST_PARTY, common.CONTACTS, common.CLIENT_URI),
        ),
        Section(
            common.ADDRESSES,
            (
                Field(
                    "redirect_uris",
                    "lines",
                    N_("Adresses de retour"),
                    N_(
                        "Une par ligne, exactes au caractère près : les réponses ne vont nulle part ailleurs."
                    ),
                ),
                Field(
                    "initiate_login_uri",
                    "text",
                    N_("Page qui commence une connexion"),
                    N_("L’essai de connexion part de là ; sans elle, de la page d’accueil."),
                ),
            ),
        ),
        Section(common.PEOPLE, (common.ACCEPTED, common.IDP_HINT, *common.LIMITS)),
        Section(
            common.DATA,
            (
                Field(
                    "scope",
                    "words",
                    N_("Portées (scopes)"),
                    N_(
                        "Celle de base, celle du profil, puis celle du service, avec des espaces entre elles."
                    ),
                ),
                Field(
                    "service_claims",
                    "choices",
                    N_("Données transmises"),
                    N_("Le moins possible : le service n’en reçoit jamais d’autres."),
                    SERVICE_CLAIMS,
                ),
            ),
        ),
        Section(
            common.LOGOUT,
            (
                Field(
                    "post_logout_redirect_uris",
                    "lines",
                    N_("Adresses après déconnexion"),
                    N_("Une par ligne ; aucune si le service n’en a pas."),
                ),
                Field(
                    "backchannel_logout_uri",
                    "text",
                    N_("Adresse de déconnexion (serveur à serveur)"),
                    N_("Le service y apprend qu’une personne s’est déconnectée."),
                ),
                Field(
                    "frontchannel_logout_uri",
                    "text",
                    N_("Adresse de déconnexion (dans le navigateur)"),
                    N_("Pour un service qui ne peut pas recevoir de serveur à serveur."),
                ),
            ),
        ),
        Section(
            common.SECURITY,
            (
                Field(
                    "token_endpoint_auth_method",
                    "choice",
                    N_("Comment le service montre qui il est"),
                    N_(
                        "Un secret dans l’en-tête convient presque toujours ; rien pour une application sans serveur."
                    ),
                    AUTH_METHODS,
                ),
                Field(
                    "jwks_uri",
                    "text",
                    N_("Adresse de ses clés publiques"),
                    N_(
                        "Pour un service qui signe avec sa clé ; il y renouvelle ses clés sans nous prévenir."
                    ),
                ),
                Field(
                    "security_profile",
                    "choice",
                    N_("Profil de sécurité"),
                    N_("FAPI 2.0 pour ce qui engage une famille ; aucun pour les autres."),
                    ("", *PROFILES_OF_SECURITY),
                ),
                Field(
                    "id_token_signed_response_alg",
                    "choice",
                    N_("Signature des jetons"),
                    N_("ES256, sauf si le service ne connaît que RS256."),
                    SIGNING_ALGS,
                ),
                Field(
                    "grant_types",
                    "choices",
                    N_("Échanges permis"),
                    N_("Le renouvellement seulement si le service agit quand la personne n’est plus là."),
                    GRANT_TYPES,
                ),
            ),
        ),
        common.SHOWN,
    ),
    {
        "grant_types": ["authorization_code"],
        "scope": "openid ect.scope.cnx",
        "accepted_profiles": list(PROFILES.values()),
    },
)
