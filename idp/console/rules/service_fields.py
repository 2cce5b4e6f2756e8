"""The registration forms of services of CAS and of SAML."""

from collections.abc import Mapping

from idp.console.rules import common_fields as common
from idp.console.rules.service_form import Field, Form, Section
from idp.people.rules.accounts import PROFILES
from idp.refusals import N_
from idp.saml.rules.registration import FORMATS, SIGNATURES

CAS = Form(
    (
        Section(
            common.SERVICE,
            (
                common.name_field("name"),
                common.NAME_EN,
                common.FIRST_PARTY,
                common.CONTACTS,
                common.CLIENT_URI,
            ),
        ),
        Section(
            common.ADDRESSES,
            (
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
            ),
        ),
        common.OPEN_TO,
        Section(common.DATA, common.ATTRIBUTES),
        Section(
            common.LOGOUT,
            (
                common.CHANNEL,
                Field(
                    "logout_url",
                    "text",
                    N_("Adresse des avis de déconnexion"),
                    N_("Vide : l’adresse où la personne s’est connectée."),
                ),
            ),
        ),
        Section(
            common.SECURITY,
            (
                Field(
                    "proxy_callbacks",
                    "lines",
                    N_("Adresses de rappel pour mandater"),
                    N_(
                        "Pour un service qui en appelle un autre au nom de la personne ; vide : il ne le peut pas."
                    ),
                ),
                Field(
                    "accepts_proxies",
                    "flag",
                    N_("Accepte d’être appelé par un service mandaté"),
                    N_("Les règles de ce service valent aussi pour ces appels."),
                ),
            ),
        ),
        common.SHOWN,
    ),
    {"first_party": True, "attribute_set": "pronote", "accepted_profiles": list(PROFILES.values())},
)

SAML = Form(
    (
        Section(
            common.SERVICE,
            (
                common.name_field("name"),
                common.NAME_EN,
                common.FIRST_PARTY,
                common.CONTACTS,
                common.CLIENT_URI,
            ),
        ),
        Section(
            N_("Ses métadonnées"),
            (
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
            ),
        ),
        common.OPEN_TO,
        Section(
            common.DATA,
            (
                Field(
                    "name_id",
                    "choice",
                    N_("Identifiant de la personne"),
                    N_("Ce que reçoit le service s’il ne demande rien."),
                    tuple(FORMATS),
                ),
                *common.ATTRIBUTES,
            ),
        ),
        Section(common.LOGOUT, (common.CHANNEL,)),
        Section(
            common.SECURITY,
            (
                Field(
                    "requires_signature",
                    "flag",
                    N_("Demandes signées obligatoires"),
                    N_("Même si les métadonnées ne le disent pas."),
                ),
                Field(
                    "signature",
                    "choice",
                    N_("Signature de nos réponses"),
                    N_("RSA, sauf si le service demande ECDSA."),
                    SIGNATURES,
                ),
                Field(
                    "opened_here",
                    "flag",
                    N_("S’ouvre depuis « Services »"),
                    N_("Un lien y mène, sans passer d’abord par le service."),
                ),
            ),
        ),
        common.SHOWN,
    ),
    {
        "first_party": True,
        "attribute_set": "sdet",
        "name_id": "persistent",
        "accepted_profiles": list(PROFILES.values()),
    },
)

JOINED: Mapping[str, Form] = {"cas": CAS, "saml": SAML}
"""The forms of the protocols whose services are rows of `services`, by protocol."""
