"""What the portal itself has to say: messages of the school, pages about who is who."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from clients.icart.catalogue import EVERYBODY
from clients.languages import N_
from clients.store import Visitor

THURSDAY, TUESDAY, WEDNESDAY = 3, 1, 2


@dataclass(frozen=True)
class Message:
    """Written `age` days ago; %(day)s in its paragraphs is the `weekday` (Monday is 0) after the coming Sunday."""

    heading: str
    sender: str
    icon: str
    hue: str
    age: int
    paragraphs: tuple[str, ...]
    weekday: int = THURSDAY
    readers: frozenset[str] = EVERYBODY

    def written_on(self, today: date) -> date:
        return today - timedelta(days=self.age)

    def about(self, today: date) -> date:
        return today + timedelta(days=7 - today.weekday() + self.weekday)


MESSAGES = {
    "rencontre": Message(
        N_("Rencontre entre parents et professeurs"),
        N_("La direction"),
        "school",
        "coral",
        1,
        (
            N_("Elle a lieu le %(day)s à 18 h, en salle polyvalente."),
            N_(
                "Chaque famille rencontre le professeur principal, puis les professeurs de son choix. "
                "Les élèves sont les bienvenus."
            ),
        ),
    ),
    "photos": Message(
        N_("Photos de classe"),
        N_("La vie scolaire"),
        "bell",
        "sky",
        2,
        (N_("Elles sont prises le %(day)s au matin. Pensez au bon de commande, à rendre la veille."),),
        weekday=TUESDAY,
    ),
    "echecs": Message(
        N_("Le club d’échecs cherche des joueurs"),
        N_("Le foyer des élèves"),
        "star",
        "plum",
        4,
        (
            N_("Débutant ou champion : le club t’attend chaque mercredi à midi, au CDI."),
            N_("Premier tournoi le %(day)s. Inscris-toi auprès de Mme Vidal."),
        ),
        weekday=WEDNESDAY,
        readers=frozenset({"pupil"}),
    ),
    "conseils": Message(
        N_("Conseils de classe du trimestre"),
        N_("La direction"),
        "school",
        "coral",
        4,
        (N_("Ils commencent le %(day)s. Les appréciations sont attendues l’avant-veille."),),
        readers=frozenset({"staff"}),
    ),
    "cantine": Message(
        N_("Cantine : les menus du mois"),
        N_("L’intendance"),
        "utensils",
        "leaf",
        6,
        (N_("Les menus sont affichés dans le hall. Un repas végétarien est servi chaque jeudi."),),
    ),
}
"""The messages of the school, the newest first; who has read what is in the database."""


@dataclass(frozen=True)
class Page:
    """`heading` and `paragraphs` in the page's language."""

    heading: str
    icon: str
    hue: str
    paragraphs: tuple[str, ...]


def messages_for(kind: str) -> dict[str, Message]:
    """What guardians, pupils or staff receive."""
    return {code: message for code, message in MESSAGES.items() if kind in message.readers}


def about_department() -> Page:
    return Page(
        _("Conseil départemental"),
        "bus",
        "slate",
        (
            _("Le département s’occupe des bâtiments du collège, de la cantine et du transport scolaire."),
            _("Cantine : une aide est calculée selon le quotient familial, sur demande au service de la cantine."),
            _("Transport : la carte se demande avant la rentrée et se renouvelle chaque année."),
            _("Accueil de la maison du département : 3 place du Marché, du lundi au vendredi de 9 h à 17 h."),
        ),
    )  # fmt: skip


def about_rectorat() -> Page:
    return Page(
        _("Le rectorat"),
        "building",
        "sky",
        (
            _(
                "Le service des familles répond sur l’affectation, les examens et les bourses, "
                "du lundi au vendredi de 9 h à 16 h 30."
            ),
            _("Pour une question de compte ou de classe, le secrétariat de l’établissement répond le premier."),
        ),
    )  # fmt: skip


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
        "school",
        "leaf",
        (
            _("Numéro de l’établissement (UAI) : %(uai)s.", uai=school["uai"]),
            _(
                "Secrétariat : du lundi au vendredi de 8 h à 17 h 30. Il remet les codes de première connexion, "
                "corrige les coordonnées et le rattachement d’un enfant."
            ),
            _("Vie scolaire : absences et retards, dès 7 h 45."),
        ),
    )
