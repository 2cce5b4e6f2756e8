"""The words of a refusal, and their links."""

from dataclasses import dataclass


def N_(text: str) -> str:
    """Mark a French sentence for translation; the page translates it when it is shown."""
    return text


@dataclass(frozen=True)
class Link:
    """A link of a sentence: `page` is the name of a route (`idp.web.refusal_links` makes the address).

    `carries`: the field of that page which is filled in with what was typed on this one. `by_sms`: only where a gateway
    is set up.
    """

    label: str
    page: str
    carries: str = ""
    by_sms: bool = False


LOST_PASSWORD = Link(N_("Mot de passe perdu"), "recovery.lost_password", carries="username")
NO_LETTER = Link(N_("Responsable d’élève : ouvrir mon compte par SMS"), "recovery.no_account", by_sms=True)
SIGN_IN = Link(N_("Se connecter"), "account.overview")
"""Back to the login that waits, if one does; left out where somebody is signed in."""

ANOTHER_MAIL = Link(N_("Se connecter et demander un nouveau mail"), "account.overview")
SIGN_OUT = Link(N_("Se déconnecter"), "oidc.end_session")
PEOPLE = Link(N_("Personnes"), "console.people")
IMPORTS = Link(N_("Imports"), "console.imports")
LETTERS = Link(N_("Courriers"), "console.letters")


@dataclass(frozen=True)
class Wording:
    """`school` says, in English and for the help desk, why it happened and what the school can do."""

    status: int
    title: str
    sentence: str
    school: str
    links: tuple[Link, ...] = ()
