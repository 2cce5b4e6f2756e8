"""The report on a person: its groups, the facts of each, and how a stored value is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from idp.privacy.rules import words
from idp.refusals import N_


class Kind(StrEnum):
    """How a stored value is written for people and in the file for machines."""

    TEXT = "text"
    MOMENT = "moment"
    """Epoch seconds."""
    DAY = "day"
    """An ISO date."""
    YES_NO = "yes_no"
    WORD = "word"
    """A code that `Fact.words` names."""
    WORDS = "words"
    """Several codes with spaces between them."""
    SERVICE = "service"
    """The id of a service."""
    RECEIVED = "received"
    """The scope of a grant or consent: what the service receives."""
    PHONE = "phone"
    """A telephone number in E.164, or the mail address in its place."""
    DEVICE = "device"
    """A User-Agent."""
    PROVIDER = "provider"
    """The issuer of another provider."""
    ACTOR = "actor"
    """Who did it, by role: the person, a guardian, the school, the academy, the service itself."""
    DETAIL = "detail"
    """The JSON detail of a record."""


@dataclass(frozen=True)
class Fact:
    """`key`: the column of the statement, and the name for machines. `label`: French, to be translated."""

    key: str
    label: str
    kind: Kind = Kind.TEXT
    words: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Group:
    """Facts that belong together. A group has any number of entries; an empty one is shown as such."""

    key: str
    title: str
    facts: tuple[Fact, ...]


def _moment(key: str, label: str) -> Fact:
    return Fact(key, label, Kind.MOMENT)


_SERVICE = Fact("service", N_("service"), Kind.SERVICE)
_RECEIVES = Fact("receives", N_("ce qu’il reçoit"), Kind.RECEIVED)
_SCHOOL = Fact("school", N_("établissement"))
_SINCE, _UNTIL = _moment("since", N_("depuis")), _moment("until", N_("jusqu’au"))
_RECORD = (
    _moment("at", N_("quand")),
    Fact("act", N_("ce qui s’est passé"), Kind.WORD, words.ACTS),
    Fact("by", N_("par qui"), Kind.ACTOR),
    Fact("about", N_("précisions"), Kind.DETAIL),
    Fact("network_address", N_("adresse de réseau")),
)

GROUPS: tuple[Group, ...] = (
    Group(
        "who_i_am",
        N_("Qui je suis"),
        (
            Fact("profile", N_("profil"), Kind.WORD, words.PROFILES),
            Fact("civility", N_("civilité"), Kind.WORD, words.CIVILITIES),
            Fact("family_name", N_("nom")),
            Fact("usage_name", N_("nom d’usage")),
            Fact("first_name", N_("prénom")),
            Fact("other_first_names", N_("autres prénoms")),
            Fact("sex", N_("sexe"), Kind.WORD, words.SEXES),
            Fact("birth_date", N_("date de naissance"), Kind.DAY),
            Fact("national_pupil_number", N_("numéro national de l’élève (INE)")),
            Fact("mobile_known_to_the_school", N_("mobile connu de l’établissement"), Kind.PHONE),
            Fact("phone_known_to_the_school", N_("téléphone connu de l’établissement"), Kind.PHONE),
            Fact("mail_known_to_the_school", N_("adresse mail connue de l’établissement")),
            Fact("postal_address", N_("adresse postale")),
            Fact("postal_code", N_("code postal")),
            Fact("city", N_("ville")),
            _moment("recorded_at", N_("enregistré")),
            _moment("updated_at", N_("mis à jour")),
            _moment("must_be_stored_until", N_("à garder, par obligation, jusqu’au")),
            Fact("reason_of_this_obligation", N_("motif de cette obligation")),
        ),
    ),
    Group(
        "my_account",
        N_("Mon compte"),
        (
            Fact("username", N_("identifiant")),
            Fact("state", N_("état"), Kind.WORD, words.STATES),
            Fact("listed_by_a_school", N_("connu d’un établissement"), Kind.YES_NO),
            Fact("mail", N_("adresse mail")),
            _moment("mail_confirmed_at", N_("adresse mail confirmée")),
            Fact("mobile", N_("mobile"), Kind.PHONE),
            _moment("mobile_confirmed_at", N_("mobile confirmé")),
            Fact("language", N_("langue"), Kind.WORD, words.LANGUAGES),
            _moment("created_at", N_("compte créé")),
            _moment("letter_valid_until", N_("courrier valable jusqu’au")),
            _moment("identity_shown_at", N_("identité montrée par une date de naissance")),
            _moment("password_chosen_at", N_("mot de passe choisi")),
            _moment("new_password_asked_at", N_("nouveau mot de passe demandé par l’établissement")),
            _moment("second_step_since", N_("connexion en deux étapes depuis")),
            _moment("last_login_at", N_("dernière connexion")),
            _moment("closed_at", N_("compte fermé")),
        ),
    ),
    Group(
        "earlier_contacts",
        N_("Mes contacts d’avant"),
        (
            Fact("contact", N_("contact"), Kind.WORD, words.CONTACTS),
            Fact("value", N_("valeur d’avant"), Kind.PHONE),
            _moment("confirmed_at", N_("confirmé")),
            _moment("replaced_at", N_("remplacé")),
            _moment("stored_until", N_("gardé jusqu’au")),
        ),
    ),
    Group(
        "my_family",
        N_("Ma famille"),
        (
            Fact("name", N_("nom")),
            Fact("is", N_("qui est"), Kind.WORD, words.RELATIVES),
            Fact("relation", N_("lien du responsable avec l’élève"), Kind.WORD, words.RELATIONS),
            Fact("responsibility", N_("responsabilité"), Kind.WORD, words.LEVELS),
            _SCHOOL,
            Fact("known_from", N_("connu par"), Kind.WORD, words.SOURCES),
            _SINCE,
            _UNTIL,
            _moment("disputed_at", N_("contesté")),
        ),
    ),
    Group(
        "my_school",
        N_("Mon établissement"),
        (
            _SCHOOL,
            Fact("class", N_("classe")),
            Fact("course_code", N_("code de la formation (MEF)")),
            Fact("position", N_("fonction"), Kind.WORD, words.ROLES),
            Fact("number_in_the_schools_base", N_("numéro dans la base de l’établissement")),
            _SINCE,
            _UNTIL,
            _moment("last_seen_in_the_base_at", N_("vu dans la base pour la dernière fois")),
            _moment("record_attributed_at", N_("fiche attribuée par l’établissement")),
        ),
    ),
    Group(
        "rights_lent_to_me",
        N_("Droits qui m’ont été délégués"),
        (
            _SCHOOL,
            Fact("profiles", N_("profils"), Kind.WORDS, words.KINDS),
            Fact("classes", N_("classes")),
            _SINCE,
            _UNTIL,
            _moment("lent_at", N_("donné")),
            _moment("taken_back_at", N_("repris")),
        ),
    ),
    Group(
        "my_logins",
        N_("Mes connexions"),
        (
            _moment("opened_at", N_("ouverte")),
            _moment("last_used_at", N_("utilisée pour la dernière fois")),
            _moment("ended_at", N_("terminée")),
            _moment("ends_at_the_latest", N_("se termine au plus tard")),
            Fact("device", N_("appareil"), Kind.DEVICE),
            Fact("network_address", N_("adresse de réseau")),
            Fact("ways", N_("moyens"), Kind.WORDS, words.WAYS),
        ),
    ),
    Group(
        "my_devices",
        N_("Mes appareils reconnus"),
        (
            _moment("first_seen_at", N_("vu pour la première fois")),
            _moment("last_seen_at", N_("vu pour la dernière fois")),
        ),
    ),
    Group(
        "my_ways_to_log_in",
        N_("Mes moyens de connexion"),
        (
            Fact("way", N_("moyen"), Kind.WORD, words.FACTORS),
            Fact("name", N_("nom donné")),
            Fact("provider", N_("fournisseur"), Kind.PROVIDER),
            Fact("copied_between_devices", N_("copiée entre vos appareils"), Kind.YES_NO),
            _moment("added_at", N_("ajouté")),
            _moment("confirmed_at", N_("confirmé")),
            _moment("last_used_at", N_("utilisé pour la dernière fois")),
        ),
    ),
    Group(
        "services_and_what_they_received",
        N_("Les services et ce qu’ils ont reçu"),
        (
            _SERVICE,
            _RECEIVES,
            Fact("number_of_me", N_("le numéro sous lequel il me connaît")),
            _moment("visited_at", N_("visité")),
            _moment("received_at", N_("données reçues")),
            _moment("withdrawn_at", N_("accès terminé")),
            Fact("lasts_after_logout", N_("dure après la déconnexion"), Kind.YES_NO),
        ),
    ),
    Group(
        "my_agreements",
        N_("Mes accords"),
        (
            _SERVICE,
            _RECEIVES,
            _moment("given_at", N_("donné")),
            Fact("given_by", N_("donné par"), Kind.ACTOR),
            Fact("asked_for", N_("demandé aux responsables"), Kind.RECEIVED),
            _moment("asked_at", N_("demandé")),
            _moment("refused_at", N_("refusé")),
        ),
    ),
    Group(
        "mails_and_sms_sent_to_me",
        N_("Mails et SMS qui m’ont été envoyés"),
        (
            Fact("by", N_("par"), Kind.WORD, words.CHANNELS),
            Fact("to", N_("à"), Kind.PHONE),
            Fact("about", N_("à propos de"), Kind.WORD, words.PURPOSES),
            _moment("sent_at", N_("envoyé")),
            _moment("used_at", N_("lien ou code utilisé")),
        ),
    ),
    Group(
        "my_requests_for_erasure",
        N_("Mes demandes d’effacement"),
        (
            _SCHOOL,
            Fact("wish", N_("mes mots")),
            _moment("asked_at", N_("demandé")),
            _moment("passed_on_at", N_("transmis à l’académie")),
            _moment("answered_at", N_("réponse donnée")),
            Fact("answer", N_("réponse")),
            _moment("stored_until", N_("gardé jusqu’au")),
        ),
    ),
    Group("what_i_did", N_("Ce que j’ai fait de mon compte"), _RECORD),
    Group("what_others_did", N_("Ce que l’administration et d’autres ont fait de mon compte"), _RECORD),
)
