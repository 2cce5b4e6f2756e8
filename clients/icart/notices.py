"""What the portal itself has to say: messages of the school, pages about who is who."""

from dataclasses import dataclass
from typing import Any

from clients.store import Visitor


@dataclass(frozen=True)
class Page:
    """`paragraphs` follow `heading`."""

    heading: str
    paragraphs: tuple[str, ...]


MESSAGES = {
    "rencontre": Page(
        "Rencontre entre parents et professeurs",
        (
            "Elle a lieu le jeudi 3 décembre à 18 h, en salle polyvalente.",
            "Chaque famille rencontre le professeur principal, puis les professeurs de son choix.",
        ),
    ),
    "photos": Page(
        "Photos de classe",
        ("Elles sont prises le mardi 8 décembre au matin. Pensez au bon de commande, à rendre la veille.",),
    ),
    "cantine": Page(
        "Cantine : menus de décembre",
        ("Les menus sont affichés dans le hall. Un repas végétarien est servi chaque jeudi.",),
    ),
}
"""What the school has written, the newest first; who has read what is in the database."""

DEPARTMENT = Page(
    "Conseil départemental",
    (
        "Le département s’occupe des bâtiments du collège, de la cantine et du transport scolaire.",
        "Cantine : une aide est calculée selon le quotient familial, sur demande au service de la cantine.",
        "Transport : la carte se demande avant la rentrée et se renouvelle chaque année.",
        "Accueil de la maison du département : 3 place du Marché, du lundi au vendredi de 9 h à 17 h.",
    ),
)
RECTORAT = Page(
    "Le rectorat",
    (
        "Le service des familles répond sur l’affectation, les examens et les bourses,"
        " du lundi au vendredi de 9 h à 16 h 30.",
        "Pour une question de compte ou de classe, le secrétariat de l’établissement répond le premier.",
    ),
)


def schools_of(someone: Visitor) -> dict[str, dict[str, Any]]:
    """UAI → school of this person: their own, their children's, or where they work."""
    person = someone.person
    named = [person.get("school"), *(child.get("school") for child in person.get("children", []))]
    named += [role for role in person.get("roles", []) if role.get("name")]
    return {school["uai"]: school for school in named if school and school.get("uai")}


def about_school(school: dict[str, Any]) -> Page:
    """The page of one school."""
    return Page(
        school["name"],
        (
            f"Numéro de l’établissement (UAI) : {school['uai']}.",
            "Secrétariat : du lundi au vendredi de 8 h à 17 h 30. Il remet les codes de première connexion,"
            " corrige les coordonnées et le rattachement d’un enfant.",
            "Vie scolaire : absences et retards, dès 7 h 45.",
        ),
    )
