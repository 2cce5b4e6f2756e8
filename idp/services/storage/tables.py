"""Tables of services: consents."""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, Seconds


class Consent(Model):
    """A person's consent to a service: `scope` (words), given by `given_by` (an account) at `given_at`.

    A pupil under 15 asks a guardian: `asked_scope` and `asked_at` are set until a guardian consents or refuses.
    """

    __tablename__ = "consents"
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.client_id"), primary_key=True)
    scope: Mapped[str] = mapped_column(Text, default="")
    given_at: Mapped[int | None] = mapped_column(Seconds)
    given_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    asked_scope: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[int | None] = mapped_column(Seconds)
    refused_at: Mapped[int | None] = mapped_column(Seconds)
