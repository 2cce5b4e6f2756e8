"""An installation that has never used SAML: without the first certificate, which databases of tests begin with."""

from sqlalchemy import delete

from idp.database.engine import raise_generation, transaction
from idp.saml.storage.tables import SamlCertificate


def take_certificates_away() -> None:
    """Of the database of the application context."""
    with transaction() as tx:
        tx.execute(delete(SamlCertificate))
        raise_generation(tx)
