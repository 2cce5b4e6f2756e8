"""Tables of second factors: authenticator secrets, passkeys and recovery codes."""

from sqlalchemy import Boolean, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, RowId, Seconds


class AuthenticatorApp(Model):
    """The authenticator app of an account. `sealed_secret` is encrypted under the master key; `last_step`: the last used step.

    The app is a factor only once `confirmed_at` is set, by a first valid code.
    """

    __tablename__ = "authenticator_apps"
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    sealed_secret: Mapped[str] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(Seconds)
    confirmed_at: Mapped[int | None] = mapped_column(Seconds)
    last_step: Mapped[int] = mapped_column(Seconds, default=0)


class Passkey(Model):
    """A WebAuthn credential. `credential_id` and `public_key` (COSE) are URL-safe base64 without padding."""

    __tablename__ = "passkeys"
    credential_id: Mapped[str] = mapped_column(String(400), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(RowId)
    synced: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[int] = mapped_column(Seconds)
    last_used_at: Mapped[int | None] = mapped_column(Seconds)


class PasskeyHandle(Model):
    """The random user handle by which an authenticator knows an account (WebAuthn §14.6.1: it reveals nothing about the person)."""

    __tablename__ = "passkey_handles"
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    handle: Mapped[str] = mapped_column(String(64), unique=True)


class RecoveryCode(Model):
    """One of the ten recovery codes of an account, for the loss of every other factor: a keyed digest, used once."""

    __tablename__ = "recovery_codes"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_at: Mapped[int] = mapped_column(Seconds)
    used_at: Mapped[int | None] = mapped_column(Seconds)
