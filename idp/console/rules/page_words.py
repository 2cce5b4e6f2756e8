"""What each page of the console is for, and the words by which it is searched: one list for help in place, help and search."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from idp.console.rules.rights import Act
from idp.people.rules.names import plain
from idp.people.rules.near_names import mistakes
from idp.refusals import N_


@dataclass(frozen=True)
class PageWords:
    """`purpose`: two or three sentences. `words`: what people may type for it. `act`: the right that the page needs."""

    title: str
    purpose: str
    words: str = ""
    act: Act | None = None


PAGES: dict[str, PageWords] = {
    "home": PageWords(
        N_("Mes établissements"),
        N_(
            "Cette page mène aux établissements qui vous sont confiés. Choisissez-en un pour voir ses personnes et ses courriers."
        ),
    ),
    "school": PageWords(
        N_("Vue d’ensemble"),
        N_(
            "Cette page montre où en est l’établissement : qui a déjà son compte, classe par classe, et combien de personnes se connectent. Les premiers pas se cochent tout seuls."
        ),
        N_("tableau de bord nombres comptes actifs connexions statistiques premiers pas"),
        Act.SEE_NUMBERS,
    ),
    "people": PageWords(
        N_("Personnes"),
        N_(
            "Cette page sert à retrouver un élève, un responsable ou un collègue, par son nom, sa classe ou l’état de son compte. Ouvrez une personne pour lui redonner ses codes, la déverrouiller ou corriger son adresse."
        ),
        N_("élèves responsables parents comptes chercher déverrouiller mot de passe"),
        Act.SEE_PEOPLE,
    ),
    "many": PageWords(
        N_("Pour plusieurs personnes"),
        N_(
            "Cette page applique la même opération à toutes les personnes de votre recherche. Elle les montre d’abord : rien n’est fait avant votre accord."
        ),
    ),
    "person": PageWords(
        N_("Une personne"),
        N_(
            "Cette page montre une personne, sa famille et l’état de son compte. Les opérations proposées sont celles qui conviennent à cet état."
        ),
    ),
    "person_act": PageWords(
        N_("Agir sur un compte"),
        N_(
            "Cette page demande une confirmation avant de changer le compte d’une personne. Ce que vous faites reste dans le journal, avec votre nom."
        ),
    ),
    "letters": PageWords(
        N_("Courriers"),
        N_(
            "Cette page prépare les courriers qui donnent à chaque famille son identifiant et un mot de passe provisoire. Choisissez des classes ou prenez-les toutes ; la page suivante dit combien de courriers ce sont."
        ),
        N_("imprimer lettres identifiants codes pdf publipostage mot de passe provisoire"),
        Act.PRINT_LETTERS,
    ),
    "letters_question": PageWords(
        N_("Préparer les courriers"),
        N_(
            "Cette page dit combien de courriers seront préparés, classe par classe. Un nouveau courrier annule le précédent de la même personne."
        ),
    ),
    "imports": PageWords(
        N_("Imports"),
        N_(
            "Cette page reçoit les deux exports SIECLE de l’établissement, ou un tableau CSV. Les fichiers sont d’abord vérifiés : rien n’est écrit avant que vous ayez relu ce qui changerait."
        ),
        N_("siecle base export xml csv fichiers importer annuler"),
        Act.IMPORT,
    ),
    "import_": PageWords(
        N_("Un import"),
        N_(
            "Cette page montre ce qu’un import changerait, personne par personne, avec la raison. Décidez des fiches en doute, puis écrivez ; l’import s’annule pendant un jour."
        ),
    ),
    "settle": PageWords(
        N_("Départager une fiche"),
        N_(
            "Cette page met côte à côte une fiche de l’export et les personnes que ce pourrait être. Dites si c’est l’une d’elles ou quelqu’un d’autre ; votre réponse vaut aussi pour les prochains imports."
        ),
    ),
    "renewal": PageWords(
        N_("Campagne"),
        N_(
            "Cette page demande à des familles de choisir un nouveau mot de passe à leur prochaine connexion. Personne n’est déconnecté sur le moment."
        ),
        N_("renouveler renouvellement mots de passe campagne"),
        Act.RENEW,
    ),
    "our_school": PageWords(
        N_("Notre établissement"),
        N_(
            "Cette page règle ce que les familles lisent de vous : comment joindre le secrétariat, une note sur la page de connexion, votre nom, votre logo et vos couleurs. Chaque changement se voit aussitôt."
        ),
        N_("téléphone horaires secrétariat coordonnées adresse note message bandeau logo couleur nom marque"),
        Act.SCHOOL_PAGE,
    ),
    "delegations": PageWords(
        N_("Délégations"),
        N_(
            "Cette page confie à un collègue, d’un jour à un autre, de voir des élèves ou des responsables, d’imprimer leurs courriers et de déverrouiller leurs comptes. Une délégation se reprend à tout moment."
        ),
        N_("confier collègue droits professeur principal classe"),
        Act.DELEGATE,
    ),
    "job": PageWords(
        N_("Un travail"),
        N_(
            "Cette page suit un travail long : courriers, import, opération sur plusieurs comptes. Vous pouvez la quitter, le travail continue ; les fichiers qu’il fait s’effacent après une heure."
        ),
    ),
    "search": PageWords(
        N_("Recherche"),
        N_(
            "Cette page cherche partout où vous avez des droits : personnes, classes, services, pages et aide. Une ou deux fautes de frappe ne gênent pas. La touche / mène au champ depuis toute page."
        ),
    ),
    "help": PageWords(
        N_("Aide de la console"),
        N_("Cette page dit à quoi sert chaque page de la console."),
        N_("aide mode d’emploi documentation"),
    ),
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

OF_SCHOOL = ("school", "people", "letters", "imports", "renewal", "our_school", "delegations")
"""Pages that a school has, in the order of its menu."""
OF_ACADEMY = (
    "academy",
    "services",
    "new_service",
    "cas_services",
    "new_cas_service",
    "saml_services",
    "new_saml_service",
    "tokens",
    "keys",
    "administrators",
    "appearance",
    "audit",
    "trouble",
    "approvals",
)

SETTINGS: tuple[tuple[str, str, str], ...] = (
    (N_("Téléphone et horaires du secrétariat"), "our_school", "office"),
    (N_("Note aux familles"), "our_school", "note"),
    (N_("Logo et couleurs"), "our_school", "brand"),
)
"""(title, endpoint, place on the page) of what is set on a page with other things."""


def matches(typed: Iterable[str], text: str) -> bool:
    """Whether each typed word (folded) begins, almost, some word of a text."""
    words = _words(text)
    return all(any(mistakes(part, word) is not None for word in words) for part in typed)


@lru_cache(2_000)
def _words(text: str) -> tuple[str, ...]:
    """The folded words of a name or title: the same few hundred texts are compared with each letter that is typed."""
    return tuple(word for word in map(plain, text.replace("’", " ").split()) if word)
