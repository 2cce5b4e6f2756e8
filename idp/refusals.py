"""Refusals: what a person is told, and what a machine is told, when something cannot be done.

A person sees a title, a plain sentence that says what to do next, and a short code that a help desk can look up in
docs/help-desk.md. A relying party gets the error of its RFC. The reason is for the log alone.
"""

from dataclasses import dataclass
from typing import Any


def N_(text: str) -> str:
    """Mark a French sentence for translation; the page translates it when it is shown."""
    return text


@dataclass(frozen=True)
class Wording:
    """`school` says, in English and for the help desk, why it happened and what the school can do."""

    status: int
    title: str
    sentence: str
    school: str


CATALOGUE: dict[str, Wording] = {
    # sign-in
    "S01": Wording(
        401,
        N_("Connexion impossible"),
        N_(
            "L’identifiant ou le mot de passe ne convient pas. Vérifiez-les, ou choisissez « Mot de passe perdu »."
        ),
        "Wrong username or password, or no such account. Look the account up; give a new provisional password if need be.",
    ),
    "S02": Wording(
        429,
        N_("Trop d’essais"),
        N_(
            "Trop d’essais ont échoué. Attendez %(minutes)s min avant de recommencer, ou choisissez « Mot de passe perdu »."
        ),
        "Several wrong passwords in a row closed this account's door for a while. `idp accounts unlock` opens it at once.",
    ),
    "S03": Wording(
        403,
        N_("Courrier trop ancien"),
        N_(
            "Le mot de passe provisoire de votre courrier n’est plus valable. Demandez-en un nouveau à %(office)s."
        ),
        "The letter was not used within its days. Print a new letter.",
    ),
    "S04": Wording(
        403,
        N_("Compte fermé"),
        N_("Ce compte n’est plus ouvert. Adressez-vous à %(office)s."),
        "The account is closed, suspended, or its person is absent from the last import.",
    ),
    "S05": Wording(
        429,
        N_("Trop d’essais depuis ce réseau"),
        N_(
            "Trop d’essais ont échoué depuis votre connexion à Internet. Attendez une heure, ou utilisez un autre réseau."
        ),
        "Many failures from one network address. Nothing is wrong with the account itself.",
    ),
    "S06": Wording(
        503,
        N_("Beaucoup de monde en ce moment"),
        N_(
            "Beaucoup de personnes se connectent en ce moment. Patientez quelques secondes, puis recommencez."
        ),
        "The password check is at its limit. It passes by itself; if it lasts, the server is too small.",
    ),
    "S07": Wording(
        403,
        N_("Ce service ne s’ouvre pas avec ce compte"),
        N_("Ce service est réservé à d’autres comptes que le vôtre. Connectez-vous avec un autre compte."),
        "The service accepts only some profiles (for instance guardians), and the person's account has another.",
    ),
    # activation
    "A01": Wording(
        422,
        N_("Mot de passe à changer"),
        N_("Ce mot de passe ne respecte pas toutes les règles. Corrigez ce qui n’est pas coché."),
        "The chosen password breaks a rule that the page shows.",
    ),
    "A02": Wording(
        422,
        N_("Date de naissance différente"),
        N_(
            "Cette date de naissance n’est pas celle que connaît l’établissement. Vérifiez-la et recommencez."
        ),
        "The birth date given is not the one of the school's base. Check the base.",
    ),
    "A03": Wording(
        403,
        N_("Trop de dates différentes"),
        N_("Plusieurs dates de naissance ne convenaient pas. Pour continuer, adressez-vous à %(office)s."),
        "Too many wrong birth dates. Check identity and birth date in the base, then `idp accounts unlock`.",
    ),
    "A04": Wording(
        422,
        N_("Adresse mail à corriger"),
        N_("Cette adresse mail n’est pas complète. Elle ressemble à prenom.nom@exemple.fr."),
        "The mail address is malformed.",
    ),
    "A05": Wording(
        410,
        N_("Lien déjà utilisé ou trop ancien"),
        N_(
            "Ce lien a déjà servi ou n’est plus valable. Connectez-vous avec votre identifiant, puis demandez un nouveau mail."
        ),
        "The link in a mail was used, replaced by a newer one, or is too old.",
    ),
    "A06": Wording(
        422,
        N_("Code différent"),
        N_("Ce code n’est pas celui du dernier mail. Vérifiez-le, ou demandez un nouveau mail."),
        "The code typed is not the one of the newest mail.",
    ),
    "A07": Wording(
        429,
        N_("Mail déjà envoyé plusieurs fois"),
        N_(
            "Plusieurs mails viennent de partir. Regardez aussi dans les indésirables, et attendez une heure avant d’en demander un autre."
        ),
        "Too many mails asked for within an hour. Check that the address is right.",
    ),
    "A08": Wording(
        422,
        N_("Date à corriger"),
        N_("Cette date n’existe pas. Écrivez le jour, le mois et l’année, par exemple 31 03 2014."),
        "The date typed is no date.",
    ),
    # the request that a service sent with the person
    "R01": Wording(
        410,
        N_("Cette page a trop attendu"),
        N_("Cette demande de connexion n’est plus valable. Retournez au service et recommencez."),
        "The login waited longer than allowed, or its address was copied wrongly. Start again from the service.",
    ),
    "R02": Wording(
        403,
        N_("Connexion commencée ailleurs"),
        N_(
            "Cette connexion a été commencée dans un autre navigateur. Retournez au service et recommencez ici."
        ),
        "A login page was opened in another browser than the one it was started in, or cookies are refused.",
    ),
    "R03": Wording(
        400,
        N_("Formulaire à renvoyer"),
        N_(
            "Ce formulaire ne vient pas de cette page, ou la page a trop attendu. Rechargez-la et recommencez."
        ),
        "The form's protection did not match: cookies refused or cleared, or a page from long ago.",
    ),
    "R04": Wording(
        409,
        N_("Connexion déjà terminée"),
        N_("Cette connexion est déjà terminée. Retournez au service : vous y êtes peut-être déjà."),
        "The Back button led to a login that had been finished.",
    ),
    # the relying party's mistakes, which must not be sent back to an address that nobody registered
    "P01": Wording(
        400,
        N_("Service inconnu"),
        N_("Le service qui vous envoie n’est pas enregistré ici. Prévenez le service, avec ce code."),
        "client_id missing or unknown. The log has the reason under this code.",
    ),
    "P02": Wording(
        400,
        N_("Adresse de retour inconnue"),
        N_(
            "Le service a donné une adresse de retour qui n’est pas la sienne. Prévenez le service, avec ce code."
        ),
        "redirect_uri or post_logout_redirect_uri differs from what is registered. The log names the part that differs.",
    ),
    "P03": Wording(
        400,
        N_("Demande mal formée"),
        N_("La demande du service est mal écrite. Prévenez le service, avec ce code."),
        "A parameter is missing, repeated, too long or malformed. The log has the reason under this code.",
    ),
    "P04": Wording(
        403,
        N_("Service suspendu"),
        N_("Ce service est suspendu pour le moment. Réessayez plus tard, ou adressez-vous à %(office)s."),
        "An administrator has suspended the service.",
    ),
    # the house itself
    "G01": Wording(
        404,
        N_("Page introuvable"),
        N_("Cette page n’existe pas. Vérifiez l’adresse, ou retournez au portail."),
        "An address that does not exist.",
    ),
    "G02": Wording(
        405,
        N_("Action impossible"),
        N_("Cette page ne se demande pas de cette façon. Retournez au portail."),
        "An address was used with the wrong method.",
    ),
    "G03": Wording(
        413,
        N_("Envoi trop grand"),
        N_("Ce qui a été envoyé est trop grand. Retournez à la page précédente."),
        "The request is larger than anything this service needs.",
    ),
    "G04": Wording(
        500,
        N_("Une erreur de notre côté"),
        N_("Une erreur s’est produite de notre côté. Rien n’est perdu : recommencez dans un instant."),
        "An unexpected error. The log holds it under the number shown with the code.",
    ),
    "G05": Wording(
        503,
        N_("Service momentanément indisponible"),
        N_("Le service ne répond pas pour le moment. Recommencez dans un instant."),
        "The database was not reachable or busy for too long.",
    ),
    "G06": Wording(
        400,
        N_("Demande illisible"),
        N_("Cette demande ne peut pas être lue. Retournez à la page précédente et recommencez."),
        "The request is malformed.",
    ),
}


class Refusal(Exception):
    """Told to a person. `facts` fill the sentence and may carry what a page shows; `reason` is for the log."""

    def __init__(self, code: str, reason: str = "", **facts: Any) -> None:
        super().__init__(f"{code} {reason}".strip())
        self.code = code
        self.reason = reason
        self.facts = facts

    @property
    def status(self) -> int:
        return CATALOGUE[self.code].status

    @property
    def title(self) -> str:
        return CATALOGUE[self.code].title

    @property
    def sentence(self) -> str:
        return CATALOGUE[self.code].sentence


@dataclass(frozen=True)
class CheckedRedirect:
    """An address that was matched, byte for byte, with a client's registration, and how the answer travels there.

    Only `idp.oidc.rules` makes one: what has not been checked cannot be redirected to.
    """

    uri: str
    mode: str
    state: str | None


class ProtocolRefusal(Exception):
    """Told to a relying party: an OAuth error code and a description that never echoes input.

    With `back_to`, the browser carries it there; without, it is the JSON answer of an endpoint.
    """

    def __init__(
        self,
        error: str,
        description: str,
        back_to: CheckedRedirect | None = None,
        status: int = 400,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.back_to = back_to
        self.status = status
        self.headers = headers
