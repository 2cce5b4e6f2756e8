"""Table of the metadata that the worker has fetched."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, Seconds


class UpstreamMetadata(Model):
    """The metadata of an upstream, as it was fetched last. `fault`: why the last fetch was not taken over."""

    __tablename__ = "upstream_metadata"
    upstream: Mapped[str] = mapped_column(String(40), primary_key=True)
    document: Mapped[str | None] = mapped_column(Text)
    fetched_at: Mapped[int | None] = mapped_column(Seconds)
    tried_at: Mapped[int] = mapped_column(Seconds)
    fault: Mapped[str | None] = mapped_column(Text)
