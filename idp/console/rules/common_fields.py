"""Fields of the registration forms that several protocols have, and the headings of their sections."""

from idp.console.rules.service_form import Field, Section
from idp.people.rules.accounts import PROFILES
from idp.refusals import N_
from idp.services.rules.attribute_sets import SETS
from idp.services.rules.registration import CHANNELS
from idp.services.rules.service import LEVELS


def name_field(member: str) -> Field:
    return Field(member, "text", N_("Nom du service"), N_("Les familles le lisent en se connectant."))


NAME_EN = Field("name_en", "text", N_("Nom en anglais"), N_("Pour les pages en anglais ; vide : le même."))
FIRST_PARTY = Field(
    "first_party",
    "flag",
    N_("Service de l’établissement ou de l’académie"),
    N_("Coché : personne n’a d’accord à donner. Sinon chacun dit une fois s’il est d’accord."),
)
CONTACTS = Field("contacts", "lines", N_("Contacts"), N_("Adresses à prévenir d’un incident, une par ligne."))
CLIENT_URI = Field("client_uri", "text", N_("Page d’accueil du service"), N_("Une adresse https."))
PAGES = (
    Field("policy_uri", "text", N_("Page sur les données personnelles"), N_("Montrée aux familles.")),
    Field("tos_uri", "text", N_("Conditions d’utilisation"), N_("Montrées aux familles.")),
    Field("logo_uri", "text", N_("Logo"), N_("Une image carrée en https.")),
)
ACCEPTED = Field(
    "accepted_profiles",
    "choices",
    N_("Profils acceptés"),
    N_("Les autres sont refusés ici, avant d’arriver au service."),
    tuple(PROFILES.values()),
)
LEVEL = Field(
    "level", "choice", N_("Niveau de preuve"), N_("Deux étapes pour ce qui engage une famille."), LEVELS
)
IDP_HINT = Field(
    "idp_hint",
    "text",
    N_("Fournisseur proposé d’emblée"),
    N_("Le mot d’accès direct d’un autre fournisseur ; vide : la page de connexion."),
)
LIMITS = (
    Field(
        "accepted_schools", "lines", N_("Établissements servis"), N_("Leurs UAI, un par ligne ; vide : tous.")
    ),
    Field(
        "season_from", "text", N_("Ouvert chaque année du"), N_("Mois et jour, MM-JJ ; vide : toute l’année.")
    ),
    Field("season_until", "text", N_("au"), N_("Mois et jour, MM-JJ, compris.")),
)
ATTRIBUTES = (
    Field(
        "attribute_set", "choice", N_("Données transmises"), N_("Ce que ce logiciel sait lire."), tuple(SETS)
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
)
CHANNEL = Field(
    "logout_channel",
    "choice",
    N_("Comment le service apprend une déconnexion"),
    N_("De serveur à serveur, sauf si le service n’est pas joignable."),
    CHANNELS,
)
SERVICE = N_("Le service")
ADDRESSES = N_("Ses adresses")
PEOPLE = N_("Qui y a droit")
DATA = N_("Ce qu’il reçoit")
LOGOUT = N_("Déconnexion")
SECURITY = N_("Protocole et sécurité")
FAMILIES = N_("Pages montrées aux familles")
OPEN_TO = Section(PEOPLE, (ACCEPTED, LEVEL, IDP_HINT, *LIMITS))
SHOWN = Section(FAMILIES, PAGES)
