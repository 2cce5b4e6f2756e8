"""Tables of services: registrations of CAS and SAML, who takes part in a session, consents."""

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, RowId, Seconds


class ServiceRow(Model):
    """A service of CAS or SAML. `registration` is the validated document; clients of OpenID Connect have their own table.

    `revision` counts the changes: a form opened before another change is not saved over it.
    """

    __tablename__ = "services"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    protocol: Mapped[str] = mapped_column(String(10))
    registration: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(10), default="active")
    registered_at: Mapped[int] = mapped_column(Seconds)
    updated_at: Mapped[int] = mapped_column(Seconds)
    owner: Mapped[str] = mapped_column(String(200), default="", server_default="")
    revision: Mapped[int] = mapped_column(RowId, default=1, server_default="1")


class ParticipantRow(Model):
    """A service of CAS or SAML that has received the person of a session; relying parties of OpenID Connect have grants instead.

    `session_index`: how the service names its session: the used service ticket (CAS), the SessionIndex (SAML). `subject`: how
    it names the person. `address`: where it is notified of the end of the session.
    """

    __tablename__ = "participants"
    __table_args__ = (
        Index("ix_participants_sid", "sid", "service_id", "session_index", unique=True),
        Index("ix_participants_account", "account_id", "service_id"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    sid: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    service_id: Mapped[str] = mapped_column(ForeignKey("services.id"))
    protocol: Mapped[str] = mapped_column(String(10))
    session_index: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    joined_at: Mapped[int] = mapped_column(Seconds)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)


class Consent(Model):
    """A person's consent to a service: `scope` (words), given by `given_by` (an account) at `given_at`.

    `client_id`: a service of any protocol. A pupil under 15 asks a guardian: `asked_scope` and `asked_at` are set until a
    guardian consents or refuses.
    """

    __tablename__ = "consents"
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    scope: Mapped[str] = mapped_column(Text, default="")
    given_at: Mapped[int | None] = mapped_column(Seconds)
    given_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    asked_scope: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[int | None] = mapped_column(Seconds)
    refused_at: Mapped[int | None] = mapped_column(Seconds)
