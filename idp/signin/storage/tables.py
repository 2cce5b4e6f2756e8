"""Tables of the sign-in package: sessions, one-time mail links, throttles."""

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, RowId, Seconds


class Session(Model):
    """A session of a browser. `sid` is the session's id in tokens; the cookie's digest is the key.

    `device_known`: the browser was known for this account, or the person has proved in this session who they are.
    `confirmed_at`: when they last gave their password, for sensitive changes. `generation`: that of the account's
    credentials when they were checked; the session is invalid once the account has another.
    """

    __tablename__ = "sessions"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    sid: Mapped[str] = mapped_column(String(32), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    auth_time: Mapped[int] = mapped_column(Seconds)
    amr: Mapped[str] = mapped_column(String(60))
    opened_at: Mapped[int] = mapped_column(Seconds)
    seen_at: Mapped[int] = mapped_column(Seconds)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
    ended_at: Mapped[int | None] = mapped_column(Seconds)
    address: Mapped[str] = mapped_column(String(45))
    browser_name: Mapped[str] = mapped_column(String(200))
    device_known: Mapped[bool] = mapped_column(Boolean)
    confirmed_at: Mapped[int] = mapped_column(Seconds)
    generation: Mapped[int] = mapped_column(RowId, server_default="0")


class MailLink(Model):
    """A link and a code of a mail, for one account, address and purpose; single-use."""

    __tablename__ = "mail_links"
    __table_args__ = (Index("ix_mail_links_account", "account_id", "purpose"),)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    code_digest: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    purpose: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[int] = mapped_column(Seconds)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
    used_at: Mapped[int | None] = mapped_column(Seconds)
    replaced_at: Mapped[int | None] = mapped_column(Seconds)


class Throttle(Model):
    """Failures in a row. `bucket` is the digest of the account or network that they count for; the counting code sets `forget_at`."""

    __tablename__ = "throttles"
    bucket: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(RowId)
    forget_at: Mapped[int] = mapped_column(Seconds, index=True)
    locked_until: Mapped[int] = mapped_column(Seconds, default=0)


class NetworkAttempt(Model):
    """An attempt that counts for the network `bucket` until `forget_at`: a row each, so that no two people write the same one."""

    __tablename__ = "network_attempts"
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64))
    forget_at: Mapped[int] = mapped_column(Seconds, index=True)
    __table_args__ = (Index("ix_network_attempts_bucket_forget_at", "bucket", "forget_at"),)


class KnownDevice(Model):
    """A browser in which this account's person has proved who they are. `browser` is the digest of its own cookie."""

    __tablename__ = "known_devices"
    browser: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, index=True)
    first_seen_at: Mapped[int] = mapped_column(Seconds)
    last_seen_at: Mapped[int] = mapped_column(Seconds, index=True)


class Sending(Model):
    """A message sent to an address or number, counted within a window that ends at `forget_at`.

    `bucket` is the digest of the address or number.
    """

    __tablename__ = "sendings"
    __table_args__ = (Index("ix_sendings_bucket", "bucket", "forget_at"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64))
    forget_at: Mapped[int] = mapped_column(Seconds, index=True)
