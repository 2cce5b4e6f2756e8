"""The registration form of a service of CAS."""

from typing import Any

from idp.console.rules.service_form import Field
from idp.people.rules.accounts import PROFILES
from idp.refusals import N_
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
        "service_urls",
        "lines",
        N_("Adresses du service"),
        N_("Une par ligne, exactes au caractère près : aucun ticket ne part ailleurs."),
    ),
    Field(
        "service_prefixes",
        "lines",
        N_("Débuts d’adresses du service"),
        N_("Une par ligne, avec un chemin : tout ce qui est dessous appartient au service."),
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
        "logout_url",
        "text",
        N_("Adresse des avis de déconnexion"),
        N_("Vide : l’adresse où la personne s’est connectée."),
    ),
    Field(
        "proxy_callbacks",
        "lines",
        N_("Adresses de rappel pour mandater"),
        N_("Pour un service qui en appelle un autre au nom de la personne ; vide : il ne le peut pas."),
    ),
    Field(
        "accepts_proxies",
        "flag",
        N_("Accepte d’être appelé par un service mandaté"),
        N_("Les règles de ce service valent aussi pour ces appels."),
    ),
    Field("client_uri", "text", N_("Page d’accueil du service"), N_("Une adresse https.")),
    Field("policy_uri", "text", N_("Page sur les données personnelles"), N_("Montrée aux familles.")),
    Field("contacts", "lines", N_("Contacts"), N_("Adresses à prévenir d’un incident, une par ligne.")),
)

NEW: dict[str, Any] = {
    "first_party": True,
    "attribute_set": "pronote",
    "accepted_profiles": list(PROFILES.values()),
}
"""Values of the form for a new service."""
