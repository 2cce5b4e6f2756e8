"""The registration form: one field for each member of the metadata, with its explanation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from idp.oidc.clients.rules.client_metadata import (
    AUTH_METHODS,
    DEVICE_CODE,
    GRANT_TYPES,
    PROFILES,
    SERVICE_CLAIMS,
    SIGNING_ALGS,
)
from idp.oidc.clients.rules.security_profiles import PROFILES as PROFILES_OF_SECURITY
from idp.refusals import N_


@dataclass(frozen=True)
class Field:
    """`form` is "text", "block" (a text of several lines), "lines" (one value a line), "pairs" (name = value, one a line), "choice", "choices", "words" or "flag"."""

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
        N_("Un secret dans l’en-tête convient presque toujours ; rien pour une application sans serveur."),
        AUTH_METHODS,
    ),
    Field(
        "jwks_uri",
        "text",
        N_("Adresse de ses clés publiques"),
        N_("Pour un service qui signe avec sa clé ; il y renouvelle ses clés sans nous prévenir."),
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
    Field(
        "scope",
        "words",
        N_("Portées (scopes)"),
        N_("Celle de base, celle du profil, puis celle du service, avec des espaces entre elles."),
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


LABELS: dict[str, str] = {field.name: field.label for field in FIELDS} | {
    "jwks": N_("Clés publiques"),
    "sector_identifier_uri": N_("Secteur"),
    "request_uris": N_("Demandes signées"),
    "resources": N_("Ressources"),
}
"""Member of a registration → its name on the page."""

CHOICES: dict[str, str] = {
    "": N_("Aucun"),
    "client_secret_basic": N_("Un secret, dans l’en-tête"),
    "client_secret_post": N_("Un secret, dans le formulaire"),
    "private_key_jwt": N_("Une signature avec sa clé"),
    "none": N_("Rien : application sans serveur"),
    "authorization_code": N_("Connexion par le navigateur"),
    "refresh_token": N_("Renouvellement sans la personne"),
    DEVICE_CODE: N_("Appareil sans clavier"),
    "responsable": N_("Responsable"),
    "eleve": N_("Élève"),
    "personnel": N_("Personnel"),
    "eidas1": N_("Un mot de passe suffit"),
    "eidas2": N_("Deux étapes"),
    "plain": N_("Un numéro propre au service, rien d’autre"),
    "pronote": N_("Ce que lit Pronote"),
    "sdet": N_("Les noms du SDET (ENT)"),
    "sacoche": N_("Ce que lit SACoche"),
    "educonnect": N_("Ce que transmet EduConnect"),
    "eduperson": N_("Les noms des fédérations (eduPerson)"),
    "persistent": N_("Le même à chaque fois, propre au service"),
    "transient": N_("Un autre à chaque connexion"),
    "unspecified": N_("Celui de l’ensemble de données choisi"),
    "back": N_("De serveur à serveur"),
    "front": N_("Dans le navigateur"),
    "not_notified": N_("Pas du tout"),
    "name": N_("Nom entier"),
    "given_name": N_("Prénom"),
    "family_name": N_("Nom de famille"),
    "preferred_username": N_("Identifiant"),
    "locale": N_("Langue"),
    "email": N_("Adresse mail"),
    "email_verified": N_("Adresse mail confirmée ou non"),
    "phone_number": N_("Numéro de mobile"),
    "children": N_("Enfants"),
    "class": N_("Classe"),
    "school": N_("Établissement"),
    "age_over_15": N_("Quinze ans ou plus"),
    "roles": N_("Fonctions"),
    "sdet_profiles": N_("Profils du SDET"),
    "FrEduCtEleveUAI": N_("UAI de l’élève"),
    "FrEduCtEleveNiveau": N_("Niveau de l’élève"),
    "FrEduCtEleveINEHash": N_("Empreinte de l’INE"),
    "fapi2": N_("FAPI 2.0"),
    "fapi2-message-signing": N_("FAPI 2.0, messages signés"),
}
"""A value that the form offers → its words; the code stands beside it."""


NEW: dict[str, Any] = {
    "grant_types": ["authorization_code"],
    "scope": "openid ect.scope.cnx",
    "accepted_profiles": list(PROFILES),
}
"""Values of the form for a new service."""


def document_of(
    form: Mapping[str, Sequence[str]], present: Mapping[str, Any], fields: Sequence[Field] = FIELDS
) -> dict[str, Any]:
    """A registration document from a form; members that the form does not show stay as they are in `present`."""
    document = dict(present)
    for field in fields:
        sent = [value.strip() for value in form.get(field.name, ()) if value.strip()]
        document.pop(field.name, None)
        if field.form == "lines":
            values = [line.strip() for text in sent for line in text.splitlines() if line.strip()]
            if values:
                document[field.name] = values
        elif field.form == "pairs":
            pairs = [line.partition("=") for text in sent for line in text.splitlines() if line.strip()]
            if pairs:
                document[field.name] = {name.strip(): value.strip() for name, _, value in pairs}
        elif field.form == "choices":
            # An empty list of values means all values in the metadata, so it is left out; an empty list of claims is a choice.
            if sent or field.name != "service_claims":
                document[field.name] = sent
        elif field.form == "block":
            if sent:
                document[field.name] = "\n".join(sent[0].splitlines())
        elif field.form == "flag":
            document[field.name] = bool(sent)
        elif sent:
            document[field.name] = " ".join(sent[0].split()) if field.form == "words" else sent[0]
    return document


def values_of(document: Mapping[str, Any], fields: Sequence[Field] = FIELDS) -> dict[str, Any]:
    """The values of the form's fields for a registration."""
    return {field.name: _value(field, document.get(field.name)) for field in fields}


def _value(field: Field, value: Any) -> Any:
    if field.form == "lines":
        return "\n".join(value or ())
    if field.form == "pairs":
        return "\n".join(f"{name} = {fact}" for name, fact in (value or {}).items())
    if field.form == "flag":
        return "yes" if value else ""
    return value or ([] if field.form == "choices" else "")
