"""Tables: stored responses to forms, and the one-time keys of forms."""

from sqlalchemy import Boolean, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, Seconds


class KeptAnswerRow(Model):
    """A stored response, encrypted for one browser, account, language and URL. `digest`: of its opaque id."""

    __tablename__ = "kept_answers"
    __table_args__ = (Index("ix_kept_answers_browser", "browser", "forget_at"),)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[str] = mapped_column(Text)
    forget_at: Mapped[int] = mapped_column(Seconds, index=True)


class SentForm(Model):
    """A submitted form. `digest`: of its one-time key, account and URL.

    `outcome`: encrypted URL of its response; None while it is processed. `refused`: it may be sent again.
    """

    __tablename__ = "sent_forms"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    claimed_at: Mapped[int] = mapped_column(Seconds)
    refused: Mapped[bool] = mapped_column(Boolean)
    outcome: Mapped[str | None] = mapped_column(Text)
    forget_at: Mapped[int] = mapped_column(Seconds, index=True)
