"""Table of requests for erasure."""

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, RowId, Seconds

OPEN = text("answered_at IS NULL")


class ErasureRequest(Model):
    """A person asks for the erasure of their data (GDPR article 17). An account has one open request at most.

    `school_id`: whose office has answered; of an open request, at which the person asked: who answers it is read of the schools that
    name the person (`storage.erasure_requests`). None: the academy, also once an office has passed it on (`passed_on_at`). `wish`:
    the person's own words. A refused request stays with its `answer` until `forget_at`; a withdrawn one is deleted, and the erasure
    itself deletes the row with the rest.
    """

    __tablename__ = "erasure_requests"
    __table_args__ = (
        Index(
            "ix_erasure_requests_open", "account_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        ),
        Index(
            "ix_erasure_requests_waiting",
            "school_id",
            "asked_at",
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("schools.id"))
    wish: Mapped[str] = mapped_column(Text, default="", server_default="")
    asked_at: Mapped[int] = mapped_column(Seconds)
    passed_on_at: Mapped[int | None] = mapped_column(Seconds)
    answered_at: Mapped[int | None] = mapped_column(Seconds)
    answered_by: Mapped[str | None] = mapped_column(String(80))
    answer: Mapped[str | None] = mapped_column(Text)
    forget_at: Mapped[int | None] = mapped_column(Seconds, index=True)
