"""Notices: mails on changes of an account, so that its person notices a stranger's act.

The sentences are defined here; templates/mail/notice.* lay them out.
"""

from dataclasses import dataclass
from typing import Any

from idp.database.engine import Connection
from idp.messages.posting import post_mail
from idp.refusals import N_
from idp.runtime.context import settings


@dataclass(frozen=True)
class Notice:
    """`sentence` may contain facts; `to_do`: advice in case another person caused the change."""

    subject: str
    sentence: str
    to_do: str


_CHANGE = N_(
    "Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe par « Mot de passe perdu »."
)

_LOCK = N_("Si c’était vous, vous n’avez rien à faire. Sinon, verrouillez votre compte :")

NOTICES: dict[str, Notice] = {
    "password_changed": Notice(
        N_("Votre mot de passe a été changé"),
        N_(
            "Le mot de passe de votre compte %(username)s a été changé. Les autres appareils sont déconnectés."
        ),
        _CHANGE,
    ),
    "password_recovered": Notice(
        N_("Votre mot de passe a été changé"),
        N_("Un nouveau mot de passe a été choisi pour votre compte %(username)s par « Mot de passe perdu »."),
        _CHANGE,
    ),
    "door_closed": Notice(
        N_("Plusieurs essais de connexion ont échoué"),
        N_(
            "Plusieurs mots de passe faux ont été essayés pour votre compte %(username)s. Il attend quelques minutes avant un nouvel essai."
        ),
        N_(
            "Si c’était vous, « Mot de passe perdu » ouvre votre compte tout de suite. Sinon, vous n’avez rien à faire."
        ),
    ),
    "locked": Notice(
        N_("Votre compte est verrouillé"),
        N_("Votre compte %(username)s est verrouillé : personne ne peut s’y connecter."),
        N_("Pour l’ouvrir, choisissez un nouveau mot de passe par « Mot de passe perdu »."),
    ),
    "new_device": Notice(
        N_("Connexion depuis un nouvel appareil"),
        N_("Quelqu’un s’est connecté à votre compte %(username)s depuis un appareil nouveau : %(device)s."),
        _LOCK,
    ),
    "mail_changed": Notice(
        N_("Votre adresse mail change"),
        N_("Une nouvelle adresse mail a été donnée pour votre compte %(username)s : %(address)s."),
        _LOCK,
    ),
    "mail_replaced": Notice(
        N_("Votre adresse mail a changé"),
        N_(
            "L’adresse mail de votre compte %(username)s est maintenant %(address)s. Vous recevez ce message à l’adresse d’avant."
        ),
        _LOCK,
    ),
    "mobile_changed": Notice(
        N_("Votre numéro de mobile a changé"),
        N_("Le numéro de mobile de votre compte %(username)s a été changé."),
        _LOCK,
    ),
    "factor_added": Notice(
        N_("Connexion en deux étapes"),
        N_("Un moyen de connexion a été ajouté à votre compte %(username)s : %(factor)s."),
        _CHANGE,
    ),
    "factor_removed": Notice(
        N_("Connexion en deux étapes"),
        N_("Un moyen de connexion a été retiré de votre compte %(username)s : %(factor)s."),
        _CHANGE,
    ),
    "child_reset": Notice(
        N_("Nouveau mot de passe pour votre enfant"),
        N_("Un mot de passe provisoire a été demandé pour %(child)s."),
        _CHANGE,
    ),
    "reset_by_school": Notice(
        N_("Votre mot de passe a été remplacé"),
        N_("Votre établissement a donné un mot de passe provisoire à votre compte %(username)s."),
        N_("Si vous ne l’avez pas demandé, appelez votre établissement."),
    ),
    "mail_changed_by_school": Notice(
        N_("Votre adresse mail change"),
        N_("Votre établissement a noté une autre adresse mail pour votre compte %(username)s : %(address)s."),
        N_("Si vous ne l’avez pas demandé, appelez votre établissement."),
    ),
    "account_joined": Notice(
        N_("Vos deux comptes sont réunis"),
        N_(
            "Le compte %(joined)s est réuni à votre compte %(username)s, qui montre maintenant tous vos enfants."
        ),
        _CHANGE,
    ),
    "account_merged": Notice(
        N_("Vos deux comptes sont réunis"),
        N_(
            "Votre établissement a réuni le compte %(joined)s à votre compte %(username)s, qui montre maintenant tous vos enfants."
        ),
        N_("Si ces deux comptes ne sont pas à vous, appelez votre établissement."),
    ),
    "consent_asked": Notice(
        N_("Votre enfant demande votre accord"),
        N_("%(child)s voudrait utiliser %(service)s et demande votre accord."),
        N_("Pour répondre, ouvrez « Mon compte », page « Accords parentaux »."),
    ),
    "erasure_asked": Notice(
        N_("Vous demandez l’effacement de vos données"),
        N_(
            "Vous avez demandé l’effacement des données de votre compte %(username)s. L’établissement répond par mail, un mois au plus tard."
        ),
        N_(
            "Si ce n’était pas vous, ou si vous changez d’avis, retirez la demande dans « Mon compte », page « Mes données »."
        ),
    ),
    "erasure_refused": Notice(
        N_("Réponse à votre demande d’effacement"),
        N_("Les données de votre compte %(username)s ne sont pas effacées. Motif : %(reason)s"),
        N_("Vous pouvez répondre à votre établissement, ou adresser une réclamation à la CNIL."),
    ),
    "erasure_done": Notice(
        N_("Vos données sont effacées"),
        N_(
            "Vous l’aviez demandé : les données de votre compte %(username)s sont effacées. Le compte ne s’ouvre plus."
        ),
        N_("Les services que vous avez utilisés gardent les leurs : demandez-leur l’effacement à part."),
    ),
    "identity_linked": Notice(
        N_("Un autre moyen de connexion est relié"),
        N_("Votre compte %(username)s s’ouvre maintenant aussi avec %(provider)s."),
        _CHANGE,
    ),
}


def tell(
    tx: Connection,
    account: Any,
    key: str,
    now: int,
    to: str | None = None,
    link: str | None = None,
    **facts: Any,
) -> None:
    """Post a notice `key`, a key of NOTICES, to the person of `account` (AccountFacts), within the transaction of the act.

    It is sent to the verified address, or to `to`; without an address, nothing is sent. `link`: the URL that reverts the change.
    """
    address = to or (account.mail if account.mail_verified else None)
    if address is None:
        return
    notice = NOTICES[key]
    notice_facts = {
        "name": account.first_name,
        "subject": notice.subject,
        "sentence": notice.sentence,
        "to_do": notice.to_do,
        "facts": {"username": account.username, **facts},
        "at": now,
        "link": link,
    }
    language = account.language or settings().service.languages[0]
    post_mail(tx, address, "notice", language, notice_facts, now, account.id)
