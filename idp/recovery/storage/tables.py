"""Table of the recovery room: people on their way to show who they are without a password."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database import Model, RowId, Seconds


class Identification(Model):
    """One try of a person to show who they are, from one browser.

    `purpose` is "activation", "linking", "password" or "mobile"; `contact` the number (E.164) or username that was
    typed, whether anybody has it or not. `candidates`: JSON list of the accounts that a worker found, NULL if it found none (nobody
    but the worker knows which). `account_id`: the one it is about, once that is settled. `login`: the login that waits.
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
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    proved_at: Mapped[int | None] = mapped_column(Seconds)
    finished_at: Mapped[int | None] = mapped_column(Seconds)
    created_at: Mapped[int] = mapped_column(Seconds)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
