"""The registration form: one field a member of the metadata, each explained where it is filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from idp.oidc.rules.client_metadata import AUTH_METHODS, GRANT_TYPES, PROFILES, SERVICE_CLAIMS, SIGNING_ALGS
from idp.oidc.rules.security_profiles import PROFILES as PROFILES_OF_SECURITY
from idp.refusals import N_


@dataclass(frozen=True)
class Field:
    """`form` is "text", "lines" (one value a line), "choice", "choices", "words" or "flag" (yes or no)."""

    name: str
    form: str
    label: str
    hint: str
    allowed: tuple[str, ...] = ()


FIELDS: tuple[Field, ...] = (
    Field("client_name", "text", N_("Nom du service"), N_("Les familles le lisent en se connectant.")),
    Field(
        "first_party",
        "flag",
        N_("Service de l’établissement ou de l’académie"),
        N_("Coché : personne n’a d’accord à donner. Sinon chacun dit une fois s’il est d’accord."),
    ),
    Field("contacts", "lines", N_("Contacts"), N_("Adresses à prévenir d’un incident, une par ligne.")),
    Field("client_uri", "text", N_("Page d’accueil du service"), N_("Une adresse https.")),
    Field(
        "initiate_login_uri",
        "text",
        N_("Page qui commence une connexion"),
        N_("L’essai de connexion part de là ; sans elle, de la page d’accueil."),
    ),
    Field(
        "redirect_uris",
        "lines",
        N_("Adresses de retour"),
        N_("Une par ligne, exactes au caractère près : les réponses ne vont nulle part ailleurs."),
    ),
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
    Field(
        "token_endpoint_auth_method",
        "choice",
        N_("Comment le service montre qui il est"),
        N_("client_secret_basic convient presque toujours ; none pour une application sans serveur."),
        AUTH_METHODS,
    ),
    Field(
        "jwks_uri",
        "text",
        N_("Adresse de ses clés publiques"),
        N_("Pour private_key_jwt ; le service y renouvelle ses clés sans nous prévenir."),
    ),
    Field(
        "security_profile",
        "choice",
        N_("Profil de sécurité"),
        N_("fapi2 pour ce qui engage une famille ; vide pour les autres."),
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
        N_("refresh_token seulement si le service agit quand la personne n’est plus là."),
        GRANT_TYPES,
    ),
    Field(
        "scope",
        "words",
        N_("Portées (scopes)"),
        N_("openid, ect.scope.cnx, puis celle du service : ect.scope.nom."),
    ),
    Field(
        "accepted_profiles",
        "choices",
        N_("Profils acceptés"),
        N_("Les autres sont refusés ici, avant d’arriver au service."),
        PROFILES,
    ),
    Field(
        "service_claims",
        "choices",
        N_("Données transmises"),
        N_("Le moins possible : le service n’en reçoit jamais d’autres."),
        SERVICE_CLAIMS,
    ),
    Field(
        "accepted_schools",
        "lines",
        N_("Établissements servis"),
        N_("Leurs UAI, un par ligne ; vide : tous."),
    ),
    Field(
        "season_from", "text", N_("Ouvert chaque année du"), N_("Mois et jour, MM-JJ ; vide : toute l’année.")
    ),
    Field("season_until", "text", N_("au"), N_("Mois et jour, MM-JJ, compris.")),
    Field("policy_uri", "text", N_("Page sur les données personnelles"), N_("Montrée aux familles.")),
    Field("tos_uri", "text", N_("Conditions d’utilisation"), N_("Montrées aux familles.")),
    Field("logo_uri", "text", N_("Logo"), N_("Une image carrée en https.")),
)


NEW: dict[str, Any] = {
    "grant_types": ["authorization_code"],
    "scope": "openid ect.scope.cnx",
    "accepted_profiles": list(PROFILES),
}
"""What the form of a new service begins with."""


def document_of(form: Mapping[str, Sequence[str]], present: Mapping[str, Any]) -> dict[str, Any]:
    """A registration document from a form; members that the form does not show stay as they are in `present`."""
    document = dict(present)
    for field in FIELDS:
        given = [value.strip() for value in form.get(field.name, ()) if value.strip()]
        document.pop(field.name, None)
        if field.form == "lines":
            values = [line.strip() for text in given for line in text.splitlines() if line.strip()]
            if values:
                document[field.name] = values
        elif field.form == "choices":
            # Nothing ticked must not come to mean everything; no claims at all is a choice that can be meant.
            if given or field.name != "service_claims":
                document[field.name] = given
        elif field.form == "flag":
            document[field.name] = bool(given)
        elif given:
            document[field.name] = " ".join(given[0].split()) if field.form == "words" else given[0]
    return document


def values_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the form's fields hold for a registration."""
    return {field.name: _value(field, document.get(field.name)) for field in FIELDS}


def _value(field: Field, value: Any) -> Any:
    if field.form == "lines":
        return "\n".join(value or ())
    if field.form == "flag":
        return "yes" if value else ""
    return value or ([] if field.form == "choices" else "")
