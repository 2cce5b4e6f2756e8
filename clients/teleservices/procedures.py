"""The procedures on offer: what they ask, and what makes an answer whole."""

from collections.abc import Mapping
from dataclasses import dataclass

from clients.languages import N_


@dataclass(frozen=True)
class Field:
    """A question. `choices` makes it a list; `kind` is text, long, number, count, phone or mail."""

    name: str
    label: str
    hint: str = ""
    choices: tuple[str, ...] = ()
    kind: str = "text"
    longest: int = 200


@dataclass(frozen=True)
class Step:
    """One page of a procedure."""

    name: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Procedure:
    """`shared`: one answer a child, entered by one guardian and read by the other; else one a guardian and child.

    `wanted` is what to have at hand, `minutes` how long it takes.
    """

    code: str
    name: str
    sentence: str
    icon: str
    minutes: int
    wanted: tuple[str, ...]
    steps: tuple[Step, ...]
    shared: bool

    @property
    def fields(self) -> tuple[Field, ...]:
        """The questions of all steps."""
        return tuple(field for step in self.steps for field in step.fields)


PROCEDURES = (
    Procedure(
        "bourse",
        N_("Demande de bourse"),
        N_("Une aide de l’année pour la scolarité, selon les revenus du foyer."),
        "euro",
        5,
        (N_("Le dernier avis d’impôt du foyer"), N_("Le nombre d’enfants à charge")),
        (
            Step(
                N_("Le foyer"),
                (
                    Field(
                        "household", N_("Situation du foyer"),
                        choices=(N_("Deux parents"), N_("Un parent seul"), N_("Garde alternée"), N_("Autre")),
                    ),
                    Field("dependants", N_("Enfants à charge du foyer"), N_("Un nombre, cet enfant compris."), kind="count"),
                ),
            ),
            Step(
                N_("Les revenus"),
                (
                    Field(
                        "income", N_("Revenu fiscal de référence (en euros)"), N_("Il est sur l’avis d’impôt."), kind="number",
                    ),
                ),
            ),
        ),
        shared=False,
    ),
    Procedure(
        "orientation",
        N_("Orientation"),
        N_("Les vœux pour l’année prochaine. Un seul responsable les saisit ; l’autre peut les lire."),
        "map",
        10,
        (N_("Deux vœux, dont vous avez parlé en famille"),),
        (
            Step(
                N_("Les vœux"),
                (
                    Field(
                        "first_wish", N_("Premier vœu"),
                        choices=(
                            N_("Classe supérieure"), N_("Seconde générale et technologique"), N_("Seconde professionnelle"),
                            N_("CAP"), N_("Redoublement"),
                        ),
                    ),
                    Field(
                        "second_wish", N_("Deuxième vœu"),
                        choices=(
                            N_("Aucun"), N_("Classe supérieure"), N_("Seconde générale et technologique"),
                            N_("Seconde professionnelle"), N_("CAP"),
                        ),
                    ),
                ),
            ),
            Step(
                N_("Votre message"),
                (Field("reasons", N_("Ce que nous souhaitons dire à l’équipe"), kind="long", longest=2000),),
            ),
        ),
        shared=True,
    ),
)  # fmt: skip

CONTACT = (
    Field("phone", N_("Téléphone portable"), N_("Par exemple 06 12 34 56 78."), kind="phone", longest=20),
    Field("mail", N_("Adresse mail"), N_("Par exemple prenom.nom@exemple.fr."), kind="mail", longest=254),
    Field("address", N_("Adresse postale"), kind="long", longest=500),
)


def procedure(code: str) -> Procedure | None:
    """The procedure with this code, if there is one."""
    return next((candidate for candidate in PROCEDURES if candidate.code == code), None)


def read_answers(fields: tuple[Field, ...], form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """(answers, faults): each field's cleaned text, and a sentence for each that cannot be taken.

    A sentence may hold %(label)s and %(longest)s of its field.
    """
    answers, faults = {}, {}
    for field in fields:
        text = form.get(field.name, "").replace("\r\n", "\n").strip()
        answers[field.name] = text
        if fault := _fault(field, text):
            faults[field.name] = fault
    return answers, faults


def _fault(field: Field, text: str) -> str:
    digits = "".join(character for character in text if character.isascii() and character.isdigit())
    if field.kind != "long" and not text:
        return N_("%(label)s : répondez à cette question.")
    if len(text) > field.longest:
        return N_("%(label)s : la réponse a plus de %(longest)s caractères.")
    if field.choices and text not in field.choices:
        return N_("%(label)s : choisissez dans la liste.")
    if field.kind == "number" and not (
        text.replace(" ", "").isascii() and text.replace(" ", "").isdigit() and len(digits) <= 9
    ):
        return N_("%(label)s : écrivez un nombre entier, par exemple 24000.")
    if field.kind == "count" and not (text.isascii() and text.isdigit() and 1 <= int(text) <= 20):
        return N_("%(label)s : écrivez un nombre de 1 à 20.")
    if field.kind == "phone" and not (9 <= len(digits) <= 15):
        return N_("%(label)s : ce numéro n’est pas complet.")
    if field.kind == "mail" and (
        text.count("@") != 1 or "." not in text.partition("@")[2] or any(c.isspace() for c in text)
    ):
        return N_("%(label)s : cette adresse n’est pas complète.")
    return ""
