"""Tables of SAML."""

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.database.engine import Model


class SamlCertificate(Model):
    """A certificate and its sealed private key (`keys/certificates.py`). `id`: the certificate's SHA-256; times as those of signing keys.

    `signature`: the algorithm that its key signs with (`saml.rules.registration.SIGNATURES`).
    """

    __tablename__ = "saml_certificates"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    certificate: Mapped[str] = mapped_column(Text)
    sealed_private: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(String(16), default="rsa-sha256", server_default="rsa-sha256")
    created_at: Mapped[int] = mapped_column(BigInteger)
    published_at: Mapped[int] = mapped_column(BigInteger)
    activates_at: Mapped[int] = mapped_column(BigInteger)
    retires_at: Mapped[int | None] = mapped_column(BigInteger)
    removed_at: Mapped[int | None] = mapped_column(BigInteger)


class SamlRefresh(Model):
    """The last fetch of a service's metadata by URL. `fault`: why it was not taken over, None if it was right."""

    __tablename__ = "saml_refreshes"
    service_id: Mapped[str] = mapped_column(ForeignKey("services.id"), primary_key=True)
    tried_at: Mapped[int] = mapped_column(BigInteger)
    refreshed_at: Mapped[int | None] = mapped_column(BigInteger)
    fault: Mapped[str | None] = mapped_column(Text)
