"""Table of the recovery package: attempts to prove an identity without a password."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, RowId, Seconds


class Identification(Model):
    """An identification in one browser.

    `purpose` is "activation", "linking", "password" or "mobile"; `contact` the typed number (E.164) or username, known
    or not. `candidates`: JSON list of the accounts that the worker found, NULL if none; after a name, and then a
    child's birth date, a JSON object with the remaining accounts and the answers (`storage.attempts`). `account_id`:
    set once one account remains; `generation`: that of its credentials when the code was sent. `login`: the waiting login.
    """

    __tablename__ = "identifications"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(12))
    method: Mapped[str] = mapped_column(String(4))
    contact: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(5))
    login: Mapped[str | None] = mapped_column(String(64))
    code_digest: Mapped[str] = mapped_column(String(64))
    code_expires_at: Mapped[int] = mapped_column(Seconds)
    tries: Mapped[int] = mapped_column(RowId)
    sends: Mapped[int] = mapped_column(RowId)
    candidates: Mapped[str | None] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    generation: Mapped[int | None] = mapped_column(RowId)
    proved_at: Mapped[int | None] = mapped_column(Seconds)
    finished_at: Mapped[int | None] = mapped_column(Seconds)
    created_at: Mapped[int] = mapped_column(Seconds)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
