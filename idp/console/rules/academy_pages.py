"""What the pages of the academy are for."""

from idp.console.rules.page_purpose import PageWords
from idp.console.rules.rights import Act
from idp.refusals import N_

PAGES: dict[str, PageWords] = {
    "academy": PageWords(
        N_("Académie"),
        N_(
            "Cette page montre tous les établissements et leur avancement. Elle cherche aussi une personne dans toute l’académie."
        ),
        N_("établissements écoles collèges avancement"),
        Act.SEE_ACADEMY,
    ),
    "academy_person": PageWords(
        N_("Une personne de l’académie"),
        N_(
            "Cette page montre une personne et les établissements où elle est connue. Pour agir sur son compte, passez par l’un d’eux."
        ),
    ),
    "person_data": PageWords(
        N_("Données d’une personne"),
        N_(
            "Cette page exporte, garde ou efface les données d’une personne qui le demande. Un effacement ne se défait pas."
        ),
    ),
    "administrators": PageWords(
        N_("Administrateurs"),
        N_(
            "Cette page donne et reprend les postes : direction, adjoint, secrétariat d’un établissement, administrateurs de l’académie. La fin d’un poste emporte ses droits."
        ),
        N_("postes direction secrétariat chef d’établissement droits personnel"),
        Act.ADMINISTRATORS,
    ),
    "appearance": PageWords(
        N_("Présentation"),
        N_(
            "Cette page règle la note et les couleurs que voient toutes les familles de l’académie. Un établissement peut avoir les siennes."
        ),
        N_("note message bandeau logo couleur nom marque académie"),
        Act.SCHOOL_PAGE,
    ),
    "services": PageWords(
        N_("Services"),
        N_(
            "Cette page liste les services qui parlent OpenID Connect. Ouvrez un service pour le régler, l’essayer ou changer son secret."
        ),
        N_("openid oidc client application enregistrer pronote"),
        Act.SERVICES,
    ),
    "new_service": PageWords(
        N_("Enregistrer un service"),
        N_(
            "Cette page enregistre un service OpenID Connect, par ses champs ou par un document de l’éditeur. Le secret n’est montré qu’une fois, après l’enregistrement."
        ),
        N_("nouveau service client openid oidc"),
        Act.SERVICES,
    ),
    "service": PageWords(
        N_("Un service"),
        N_(
            "Cette page montre comment un service est enregistré et s’il répond. L’essai fait une connexion entière, comme une famille."
        ),
    ),
    "edit_service": PageWords(
        N_("Modifier un service"),
        N_(
            "Cette page change l’enregistrement d’un service. Si le service reçoit plus de données qu’avant, les familles sont à nouveau interrogées."
        ),
    ),
    "service_act": PageWords(
        N_("Agir sur un service"),
        N_("Cette page demande une confirmation avant de suspendre, rouvrir ou retirer un service."),
    ),
    "cas_services": PageWords(
        N_("Services CAS"),
        N_(
            "Cette page liste les logiciels qui parlent CAS plutôt qu’OpenID Connect. Chacun a ses adresses et les données qu’il reçoit."
        ),
        N_("pronote sacoche cas"),
        Act.SERVICES,
    ),
    "new_cas_service": PageWords(
        N_("Enregistrer un service CAS"),
        N_(
            "Cette page enregistre un logiciel qui parle CAS. Donnez ses adresses et choisissez ce qu’il apprend des personnes."
        ),
        N_("nouveau service cas"),
        Act.SERVICES,
    ),
    "cas_service": PageWords(
        N_("Un service CAS"), N_("Cette page montre comment un service CAS est enregistré, et l’essaie.")
    ),
    "edit_cas_service": PageWords(
        N_("Modifier un service CAS"),
        N_("Cette page change les adresses d’un service CAS, ou ce qu’il apprend des personnes."),
    ),
    "cas_service_act": PageWords(
        N_("Agir sur un service CAS"),
        N_("Cette page demande une confirmation avant de suspendre, rouvrir ou retirer un service."),
    ),
    "saml_services": PageWords(
        N_("Services SAML"),
        N_(
            "Cette page liste les ENT, fédérations et autres logiciels qui ont des métadonnées SAML. Une métadonnée refusée y est marquée."
        ),
        N_("ent fédération métadonnées saml"),
        Act.SERVICES,
    ),
    "new_saml_service": PageWords(
        N_("Enregistrer un service SAML"),
        N_(
            "Cette page enregistre un service par ses métadonnées SAML, collées ou lues à une adresse. Le certificat qui les signe est vérifié."
        ),
        N_("nouveau service saml métadonnées"),
        Act.SERVICES,
    ),
    "saml_service": PageWords(
        N_("Un service SAML"),
        N_("Cette page montre comment un service SAML est enregistré, et si ses métadonnées sont à jour."),
    ),
    "edit_saml_service": PageWords(
        N_("Modifier un service SAML"),
        N_("Cette page change les métadonnées d’un service SAML, ou ce qu’il apprend des personnes."),
    ),
    "saml_service_act": PageWords(
        N_("Agir sur un service SAML"),
        N_("Cette page demande une confirmation avant de suspendre, rouvrir ou retirer un service."),
    ),
    "tokens": PageWords(
        N_("Jetons d’enregistrement"),
        N_(
            "Cette page fait des jetons avec lesquels un éditeur enregistre lui-même son service, un nombre limité de fois et jusqu’à un jour. Un jeton n’est montré qu’une fois."
        ),
        N_("éditeur jeton enregistrement dynamique"),
        Act.SERVICES,
    ),
    "keys": PageWords(
        N_("Clés"),
        N_(
            "Cette page montre les clés qui signent les connexions, et celles qui les suivront. Elles changent toutes seules ; publiez les suivantes plus tôt si une clé a pu être vue."
        ),
        N_("clés signature rotation jwks révoquer"),
        Act.KEYS,
    ),
    "audit": PageWords(
        N_("Journal"),
        N_(
            "Cette page dit qui a fait quoi et quand. La vérification montre si une ligne a été changée ou retirée après coup."
        ),
        N_("journal audit traces historique vérifier chaîne scellés"),
        Act.AUDIT,
    ),
    "trouble": PageWords(
        N_("Incidents"),
        N_(
            "Cette page réunit ce qui ne marche pas, une carte par cause, avec ce qu’il faut faire. Une carte disparaît d’elle-même quand sa cause est réglée."
        ),
        N_("pannes incidents mails sms déconnexions travaux erreurs"),
        Act.TROUBLE,
    ),
    "approvals": PageWords(
        N_("Accords"),
        N_(
            "Certaines opérations attendent l’accord d’une deuxième personne. Cette page les montre ; on ne répond pas à sa propre demande."
        ),
        N_("accord quatre yeux demandes approuver"),
        Act.APPROVE,
    ),
    "confirm": PageWords(
        N_("Confirmer"),
        N_("Cette page redemande votre mot de passe avant une opération qui compte."),
    ),
}
"""Endpoint of the console → its words."""
