"""States of an account, and the acts that change them."""

from dataclasses import dataclass
from enum import StrEnum

PROFILES = {"guardian": "responsable", "pupil": "eleve", "staff": "personnel"}
"""Kind of person → profile, as relying parties name it."""
KINDS = {profile: kind for kind, profile in PROFILES.items()}


class State(StrEnum):
    """created (no letter yet) → notified (letter printed) → confirming (password chosen) → active."""

    CREATED = "created"
    NOTIFIED = "notified"
    CONFIRMING = "confirming"
    ACTIVE = "active"
    LOCKED = "locked"
    EXPIRED = "expired"
    CLOSED = "closed"


class Act(StrEnum):
    PRINT_LETTER = "print_letter"
    CHOOSE_PASSWORD = "choose_password"
    CONFIRM = "confirm"
    RESET = "reset"
    LOCK = "lock"
    UNLOCK = "unlock"
    EXPIRE = "expire"
    SELF_ACTIVATE = "self_activate"
    CLOSE = "close"


_LEADS: dict[Act, tuple[frozenset[State], State]] = {
    Act.PRINT_LETTER: (frozenset({State.CREATED, State.NOTIFIED, State.EXPIRED}), State.NOTIFIED),
    Act.CHOOSE_PASSWORD: (frozenset({State.NOTIFIED}), State.CONFIRMING),
    Act.CONFIRM: (frozenset({State.CONFIRMING}), State.ACTIVE),
    Act.RESET: (
        frozenset(
            {State.CREATED, State.NOTIFIED, State.CONFIRMING, State.ACTIVE, State.LOCKED, State.EXPIRED}
        ),
        State.NOTIFIED,
    ),
    Act.LOCK: (frozenset({State.ACTIVE}), State.LOCKED),
    Act.UNLOCK: (frozenset({State.LOCKED}), State.ACTIVE),
    Act.EXPIRE: (frozenset({State.NOTIFIED}), State.EXPIRED),
    Act.SELF_ACTIVATE: (frozenset({State.CREATED, State.NOTIFIED, State.EXPIRED}), State.NOTIFIED),
    Act.CLOSE: (frozenset(State) - {State.CLOSED}, State.CLOSED),
}


def allowed_from(act: Act) -> frozenset[State]:
    """The states in which `act` is allowed: the condition of its UPDATE."""
    return _LEADS[act][0]


def leads_to(act: Act) -> State:
    """The state after `act`."""
    return _LEADS[act][1]


@dataclass(frozen=True)
class AccountFacts:
    """An account with its person, for steps, pages and claims. Moments are epoch seconds.

    `credentials_generation`: how often the credentials were replaced or removed (`people.storage.tables.Account`).
    `passkey_offer_answered_at`: when the person answered the offer of a passkey, which is made once.
    """

    id: int
    person_id: int
    username: str
    subject: str
    kind: str
    state: str
    first_name: str
    family_name: str
    mail: str | None
    mail_verified_at: int | None
    identity_proved_at: int | None
    renewal_asked_at: int | None
    password_changed_at: int | None
    credentials_generation: int
    present: bool
    mobile: str | None = None
    mobile_verified_at: int | None = None
    second_factor_since: int | None = None
    language: str | None = None
    passkey_offer_answered_at: int | None = None

    @property
    def actor(self) -> str:
        """How the audit trail names the account, as actor and as subject."""
        return f"account:{self.id}"

    @property
    def profile(self) -> str:
        return PROFILES[self.kind]

    @property
    def mail_verified(self) -> bool:
        return self.mail is not None and self.mail_verified_at is not None

    @property
    def mobile_verified(self) -> bool:
        return self.mobile is not None and self.mobile_verified_at is not None

    @property
    def has_second_factor(self) -> bool:
        return self.second_factor_since is not None

    @property
    def identity_proved(self) -> bool:
        return self.identity_proved_at is not None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.family_name}"

    @property
    def owes_password(self) -> bool:
        """The letter's password must be replaced, or a renewal campaign asks for a new one."""
        if self.state == State.NOTIFIED:
            return True
        return self.renewal_asked_at is not None and (self.password_changed_at or 0) < self.renewal_asked_at

    @property
    def may_sign_in(self) -> bool:
        return self.present and self.state in (State.NOTIFIED, State.CONFIRMING, State.ACTIVE)


def owes_birth_date(account: AccountFacts) -> bool:
    """Whether the first login asks for a birth date. Staff have none; a self-activation has asked for it before."""
    return account.kind != "staff" and not account.identity_proved
