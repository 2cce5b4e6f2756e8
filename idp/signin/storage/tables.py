"""Tables of the sign-in room: pending requests, sessions, one-time mail links, throttles."""

from sqlalchemy import Boolean, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Model, RowId, Seconds


class PendingRequest(Model):
    """A checked request that waits while its person owes steps.

    `kind` is "oidc" or "own" (a page of the provider itself); `request` is that room's JSON text, opaque here.
    `browser` is the digest of the browser that brought it: nobody else may go on with it.
    """

    __tablename__ = "pending_requests"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))
    request: Mapped[str] = mapped_column(Text)
    asked: Mapped[str] = mapped_column(Text)
    service: Mapped[str | None] = mapped_column(Text)
    profile: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[int] = mapped_column(Seconds)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
    finished_at: Mapped[int | None] = mapped_column(Seconds)


class Session(Model):
    """A browser in which somebody has signed in. `sid` is the session's name in tokens; the cookie's digest is the key.

    `device_known`: the browser was known for this account, or the person has shown who they are in this session.
    `confirmed_at`: when they last gave their password, for changes that matter.
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


class MailLink(Model):
    """A link and a code that a mail bears: for one account, one address, one purpose, once."""

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
    """Failures in a row at one door. `bucket` is the digest of whom or where it counts."""

    __tablename__ = "throttles"
    bucket: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(RowId)
    last_at: Mapped[int] = mapped_column(Seconds, index=True)
    locked_until: Mapped[int] = mapped_column(Seconds, default=0)


class KnownDevice(Model):
    """A browser in which this account's person has shown who they are. `browser` is the digest of its own cookie."""

    __tablename__ = "known_devices"
    browser: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, index=True)
    first_seen_at: Mapped[int] = mapped_column(Seconds)
    last_seen_at: Mapped[int] = mapped_column(Seconds, index=True)


class Sending(Model):
    """That a message went to an address or number: what is limited an hour. `bucket` is the digest of where it went."""

    __tablename__ = "sendings"
    __table_args__ = (Index("ix_sendings_bucket", "bucket", "sent_at"),)
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[int] = mapped_column(Seconds, index=True)
