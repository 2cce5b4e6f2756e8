"""The words of the registration forms: names of members, and values that can be chosen."""

from idp.console.rules.client_fields import OIDC
from idp.console.rules.service_fields import CAS, SAML
from idp.oidc.clients.rules.client_metadata import DEVICE_CODE
from idp.refusals import N_

PROTOCOLS = {"oidc": "OpenID Connect", "cas": "CAS", "saml": "SAML"}
"""Protocol → its name, which is no word of a language."""

LABELS: dict[str, str] = {field.name: field.label for form in (SAML, CAS, OIDC) for field in form.fields} | {
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
    "fredu": N_("Le FrEduVecteur des anciens ENT"),
    "eduperson": N_("Les noms des fédérations (eduPerson)"),
    "persistent": N_("Le même à chaque fois, propre au service"),
    "transient": N_("Un autre à chaque connexion"),
    "unspecified": N_("Celui de l’ensemble de données choisi"),
    "rsa-sha256": N_("RSA"),
    "ecdsa-sha256": N_("ECDSA"),
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
