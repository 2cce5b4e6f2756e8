"""History in words: which acts belong together, which of them a stranger may have done, and which period is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.durations import DAY
from idp.refusals import N_
from idp.signin.rules.history import SENTENCES

KINDS: dict[str, tuple[str, frozenset[str]]] = {
    "logins": (
        N_("Connexions"),
        frozenset(
            {
                "sign_in",
                "sign_in.failed",
                "sign_in.federated",
                "session.end",
                "identity.proved",
                "device.proved",
            }
        ),
    ),
    "password": (
        N_("Mot de passe et coordonnées"),
        frozenset(
            {
                "password.chosen",
                "password.recovered",
                "account.reset",
                "letter.issued",
                "mail.asked",
                "mail.cancelled",
                "mail.confirmed",
                "mobile.changed",
            }
        ),
    ),
    "security": (
        N_("Sécurité"),
        frozenset(
            {
                "account.lock",
                "account.unlock",
                "account.put_back",
                "factor.added",
                "factor.removed",
                "identity.linked",
                "identity.unlinked",
                "passkey.copied",
            }
        ),
    ),
    "services": (
        N_("Services et accords"),
        frozenset({"service.withdrawn", "consent.give", "consent.refuse", "consent.ask"}),
    ),
    "account": (
        N_("Famille et données"),
        frozenset(
            {
                "account.joined",
                "guardianship.ended",
                "data.downloaded",
                "erasure.asked",
                "erasure.withdrawn",
                "erasure.refused",
            }
        ),
    ),
}
"""Kind of the filter → its name and its acts. Each act of the history belongs to one kind."""

PERIODS: dict[str, tuple[str, int]] = {
    "7": (N_("les 7 derniers jours"), 7 * DAY),
    "30": (N_("les 30 derniers jours"), 30 * DAY),
    "365": (N_("les 12 derniers mois"), 365 * DAY),
}
"""Period of the filter → its name and its seconds. None of them: everything that is stored."""

DOUBTFUL = frozenset(
    {
        "sign_in",
        "sign_in.federated",
        "password.chosen",
        "password.recovered",
        "mail.asked",
        "mail.confirmed",
        "mobile.changed",
        "factor.added",
        "factor.removed",
        "identity.linked",
        "passkey.copied",
    }
)
"""Acts that a stranger may have done as the person."""
OBJECTED_WITHIN = 7 * DAY
"""For this long "Ce n'était pas moi" takes changes back (`idp.recovery.not_me`)."""

ICONS: Mapping[str, str] = {
    "logins": "log-in",
    "password": "lock",
    "security": "shield",
    "services": "grid",
    "account": "user",
}


@dataclass(frozen=True)
class Filter:
    """What a person wants to see; both empty: everything. The values are those of the page's address."""

    kind: str = ""
    period: str = ""

    @property
    def acts(self) -> list[str]:
        return sorted(KINDS[self.kind][1]) if self.kind else list(SENTENCES)

    def since(self, now: int) -> int:
        """Epoch seconds."""
        return now - PERIODS[self.period][1] if self.period else 0


def filter_of(kind: str, period: str) -> Filter:
    """The filter of an address. Values that are none are left out: such an address shows everything."""
    return Filter(kind if kind in KINDS else "", period if period in PERIODS else "")


def kind_of(act: str) -> str:
    return next((kind for kind, (_, acts) in KINDS.items() if act in acts), "account")


def may_be_objected(act: str, at: int, now: int, opened_at: int) -> bool:
    """Whether "Ce n'était pas moi" is offered beside the event; not beside the login of this very session, `opened_at`."""
    is_this_login = act in ("sign_in", "sign_in.federated") and at == opened_at
    return act in DOUBTFUL and at > now - OBJECTED_WITHIN and not is_this_login
