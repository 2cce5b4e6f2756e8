"""The registration form of a service provider of SAML."""

from typing import Any

from idp.console.rules.service_form import Field
from idp.people.rules.accounts import PROFILES
from idp.refusals import N_
from idp.saml.rules.registration import FORMATS
from idp.services.rules.attribute_sets import SETS
from idp.services.rules.registration import CHANNELS
from idp.services.rules.service import LEVELS

FIELDS: tuple[Field, ...] = (
    Field("name", "text", N_("Nom du service"), N_("Les familles le lisent en se connectant.")),
    Field("name_en", "text", N_("Nom en anglais"), N_("Pour les pages en anglais ; vide : le même.")),
    Field(
        "first_party",
        "flag",
        N_("Service de l’établissement ou de l’académie"),
        N_("Coché : personne n’a d’accord à donner. Sinon chacun dit une fois s’il est d’accord."),
    ),
    Field(
        "metadata",
        "block",
        N_("Métadonnées du service"),
        N_("Le texte XML que donne le service : un EntityDescriptor."),
    ),
    Field(
        "metadata_url",
        "text",
        N_("Adresse de ses métadonnées"),
        N_("Relues toutes les six heures ; vide : le texte ci-dessus reste."),
    ),
    Field(
        "metadata_certificate",
        "block",
        N_("Certificat qui signe ces métadonnées"),
        N_("En PEM ; demandé avec une adresse."),
    ),
    Field(
        "name_id",
        "choice",
        N_("Identifiant de la personne"),
        N_("Ce que reçoit le service s’il ne demande rien."),
        tuple(FORMATS),
    ),
    Field(
        "attribute_set",
        "choice",
        N_("Données transmises"),
        N_("Ce que ce logiciel sait lire."),
        tuple(SETS),
    ),
    Field(
        "attributes",
        "pairs",
        N_("Autres données"),
        N_("Une par ligne : le nom que lit le service, « = », puis le fait, par exemple courriel = mail."),
    ),
    Field(
        "left_out",
        "lines",
        N_("Données à ne pas transmettre"),
        N_("Noms de l’ensemble choisi dont le service n’a pas besoin, un par ligne."),
    ),
    Field(
        "accepted_profiles",
        "choices",
        N_("Profils acceptés"),
        N_("Les autres sont refusés ici, avant d’arriver au service."),
        tuple(PROFILES.values()),
    ),
    Field(
        "level", "choice", N_("Niveau de preuve"), N_("Deux étapes pour ce qui engage une famille."), LEVELS
    ),
    Field(
        "accepted_schools", "lines", N_("Établissements servis"), N_("Leurs UAI, un par ligne ; vide : tous.")
    ),
    Field(
        "season_from", "text", N_("Ouvert chaque année du"), N_("Mois et jour, MM-JJ ; vide : toute l’année.")
    ),
    Field("season_until", "text", N_("au"), N_("Mois et jour, MM-JJ, compris.")),
    Field(
        "logout_channel",
        "choice",
        N_("Comment le service apprend une déconnexion"),
        N_("De serveur à serveur, sauf si le service n’est pas joignable."),
        CHANNELS,
    ),
    Field(
        "requires_signature",
        "flag",
        N_("Demandes signées obligatoires"),
        N_("Même si les métadonnées ne le disent pas."),
    ),
    Field(
        "opened_here",
        "flag",
        N_("S’ouvre depuis « Services »"),
        N_("Un lien y mène, sans passer d’abord par le service."),
    ),
    Field("client_uri", "text", N_("Page d’accueil du service"), N_("Une adresse https.")),
    Field("policy_uri", "text", N_("Page sur les données personnelles"), N_("Montrée aux familles.")),
    Field("contacts", "lines", N_("Contacts"), N_("Adresses à prévenir d’un incident, une par ligne.")),
)

NEW: dict[str, Any] = {
    "first_party": True,
    "attribute_set": "sdet",
    "name_id": "persistent",
    "accepted_profiles": list(PROFILES.values()),
}
"""Values of the form for a new service."""
