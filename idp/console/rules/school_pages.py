"""What the pages of a school are for, and those of everybody at the console."""

from idp.console.rules.page_purpose import PageWords
from idp.console.rules.rights import Act
from idp.refusals import N_

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
    "recognition": PageWords(
        N_("Connexion par un autre fournisseur"),
        N_(
            "Cette page dit qui sera reconnu en venant de l’ENT, de l’académie ou d’un autre fournisseur, et qui ne le sera pas, avec la raison. Elle lit ce que les imports ont apporté et ne change rien."
        ),
        N_("ent académie fournisseur identité reconnu ine adresse mail première connexion"),
        Act.SEE_PEOPLE,
    ),
    "jobs": PageWords(
        N_("Travaux"),
        N_("Cette page liste les travaux longs de l’établissement : imports, courriers, envois."),
        N_("travaux imports courriers échoué"),
        Act.SEE_NUMBERS,
    ),
    "erasure_requests": PageWords(
        N_("Demandes d’effacement"),
        N_(
            "Cette page liste les personnes qui demandent l’effacement de leurs données : refusez avec un motif, ou transmettez à l’académie."
        ),
        N_("effacement rgpd demande données"),
        Act.DETACH,
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
}
"""Endpoint of the console → its words."""
