"""Rows that are deleted when an account is closed: they could open it, or block the same identity elsewhere."""

from sqlalchemy import Connection, delete

from idp.factors.storage.tables import AuthenticatorApp, Passkey, PasskeyHandle, RecoveryCode
from idp.federation.storage.tables import FederatedIdentity
from idp.people.storage.tables import ContactChange
from idp.recovery.storage.tables import Identification
from idp.signin.storage.tables import KnownDevice, MailLink

WAYS_IN = (
    AuthenticatorApp,
    ContactChange,
    FederatedIdentity,
    Identification,
    KnownDevice,
    MailLink,
    Passkey,
    PasskeyHandle,
    RecoveryCode,
)
"""Tables whose rows go with the account. Sessions and grants end, and stay for the record until they are purged."""


def remove_ways_in(tx: Connection, account: int) -> None:
    """Delete the rows of an account from all of them."""
    for table in WAYS_IN:
        tx.execute(delete(table).where(table.account_id == account))
