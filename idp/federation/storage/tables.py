"""Tables of login through other providers: linked identities, sessions, logouts."""

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, Seconds


class FederatedIdentity(Model):
    """An identity at another provider; it belongs to exactly one account, which has no other of this provider."""

    __tablename__ = "federated_identities"
    __table_args__ = (Index("ix_federated_identities_once", "account_id", "issuer", unique=True),)
    issuer: Mapped[str] = mapped_column(String(200), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    linked_at: Mapped[int] = mapped_column(Seconds)
    last_used_at: Mapped[int] = mapped_column(Seconds)


class WaitingIdentity(Model):
    """An identity proved at another provider and not linked yet, until its person proves which account is theirs."""

    __tablename__ = "waiting_identities"
    __table_args__ = (Index("ix_waiting_identities_subject", "issuer", "subject"),)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    provider: Mapped[str] = mapped_column(String(40))
    issuer: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(255))
    sealed_id_token: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
    used_at: Mapped[int | None] = mapped_column(Seconds)


class FederatedSession(Model):
    """A session that began at another provider. `sealed_id_token`: encrypted, what that provider needs at a logout (`Proved.session`).

    `subject` and `session_index`: digests of the names by which that provider ends the session.
    """

    __tablename__ = "federated_sessions"
    __table_args__ = (
        Index("ix_federated_sessions_subject", "subject"),
        Index("ix_federated_sessions_session_index", "session_index"),
    )
    sid: Mapped[str] = mapped_column(String(32), primary_key=True)
    provider: Mapped[str] = mapped_column(String(40))
    sealed_id_token: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
    subject: Mapped[str | None] = mapped_column(String(64))
    session_index: Mapped[str | None] = mapped_column(String(64))


class FederatedLogout(Model):
    """A logout in progress at another provider. `back_to`: the checked target of our own logout."""

    __tablename__ = "federated_logouts"
    state: Mapped[str] = mapped_column(String(64), primary_key=True)
    back_to: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
