"""Tables of login through other providers: logins under way, linked identities, and where a logout goes back to."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Model, Seconds


class FederatedLogin(Model):
    """A browser that was sent to another provider. `state` is the digest of what it has to bring back, once.

    Nonce and PKCE verifier are not kept: both are made of the state under the server's key.
    """

    __tablename__ = "federated_logins"
    state: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    provider: Mapped[str] = mapped_column(String(40))
    login: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
    used_at: Mapped[int | None] = mapped_column(Seconds)


class FederatedIdentity(Model):
    """Who an account's person is at another provider: one identity opens one account."""

    __tablename__ = "federated_identities"
    issuer: Mapped[str] = mapped_column(String(200), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    linked_at: Mapped[int] = mapped_column(Seconds)
    last_used_at: Mapped[int] = mapped_column(Seconds)


class WaitingIdentity(Model):
    """An identity that was proved over there and is nobody's here yet, until its person has shown which account is theirs."""

    __tablename__ = "waiting_identities"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    provider: Mapped[str] = mapped_column(String(40))
    issuer: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(255))
    sealed_id_token: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
    used_at: Mapped[int | None] = mapped_column(Seconds)


class FederatedSession(Model):
    """A session of ours that was opened over there: its ID token, sealed, is shown again at the logout."""

    __tablename__ = "federated_sessions"
    sid: Mapped[str] = mapped_column(String(32), primary_key=True)
    provider: Mapped[str] = mapped_column(String(40))
    sealed_id_token: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)


class FederatedLogout(Model):
    """A browser that was sent to another provider's logout; `back_to` is where our own would have gone, checked before."""

    __tablename__ = "federated_logouts"
    state: Mapped[str] = mapped_column(String(64), primary_key=True)
    back_to: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
