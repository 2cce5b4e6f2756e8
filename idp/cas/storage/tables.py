"""Tables of CAS: its tickets."""

from sqlalchemy import Boolean, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model, RowId, Seconds


class Ticket(Model):
    """A ticket of CAS, by its digest: of a service (ST), of a proxied service (PT), or to make the latter (PGT).

    ST and PT are used once: `used_at` is set by one conditional UPDATE. `url`: the service URL, or the callback of a PGT.
    `proxies`: callbacks of the chain, words, the last one first. `generation`: as in `signin.storage.tables.Session`.
    """

    __tablename__ = "cas_tickets"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(3))
    service_id: Mapped[str] = mapped_column(ForeignKey("services.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    sid: Mapped[str] = mapped_column(String(32))
    url: Mapped[str] = mapped_column(Text)
    proxies: Mapped[str] = mapped_column(Text)
    auth_time: Mapped[int] = mapped_column(Seconds)
    is_new_login: Mapped[bool] = mapped_column(Boolean)
    generation: Mapped[int] = mapped_column(RowId)
    issued_at: Mapped[int] = mapped_column(Seconds)
    expires_at: Mapped[int] = mapped_column(Seconds, index=True)
    used_at: Mapped[int | None] = mapped_column(Seconds)
