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
    "new_joined_service": PageWords(
        N_("Enregistrer un service CAS ou SAML"),
        N_(
            "Cette page enregistre un logiciel qui parle CAS, par ses adresses, ou SAML, par ses métadonnées. Choisissez ce qu’il apprend des personnes."
        ),
    ),
    "joined_service": PageWords(
        N_("Un service CAS ou SAML"),
        N_(
            "Cette page montre comment un service est enregistré, l’essaie, et dit si ses métadonnées sont à jour."
        ),
    ),
    "edit_joined_service": PageWords(
        N_("Modifier un service CAS ou SAML"),
        N_(
            "Cette page change les adresses ou les métadonnées d’un service, ou ce qu’il apprend des personnes."
        ),
    ),
    "joined_service_act": PageWords(
        N_("Agir sur un service CAS ou SAML"),
        N_("Cette page demande une confirmation avant de suspendre, rouvrir ou retirer un service."),
    ),
    "providers": PageWords(
        N_("Autres fournisseurs"),
        N_(
            "Cette page montre les fournisseurs d’identité par lesquels on peut aussi se connecter, s’ils répondent, et jusqu’à quand leurs certificats sont valables."
        ),
        N_("fournisseurs identité fédération académie saml oidc franceconnect"),
        Act.SERVICES,
    ),
    "provider": PageWords(
        N_("Un autre fournisseur"),
        N_(
            "Cette page montre les règles d’un fournisseur, et les essaie sur un exemple : quel profil, quel établissement, quel compte."
        ),
    ),
    "academy_jobs": PageWords(
        N_("Travaux de l’académie"),
        N_("Cette page liste les travaux longs de tous les établissements : imports, courriers, envois."),
        N_("travaux imports courriers échoué"),
        Act.TROUBLE,
    ),
    "academy_erasure_requests": PageWords(
        N_("Demandes d’effacement"),
        N_(
            "Cette page liste les personnes qui demandent l’effacement de leurs données, et jusqu’à quand il faut leur répondre."
        ),
        N_("effacement rgpd demande données"),
        Act.PERSONAL_DATA,
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
