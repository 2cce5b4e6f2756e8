"""Sessions and grants store the generation of the credentials that opened them, instead of a time in seconds.

Revision ID: 0012
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DEAD = -1
"""A generation that no account has."""

ISSUED = {"sessions": "opened_at", "grants": "issued_at", "identifications": "created_at"}


def upgrade() -> None:
    op.add_column("accounts", sa.Column("credentials_generation", ROW_ID, server_default="0", nullable=False))
    op.add_column("sessions", sa.Column("generation", ROW_ID, server_default="0", nullable=False))
    op.add_column("grants", sa.Column("generation", ROW_ID, server_default="0", nullable=False))
    op.add_column("identifications", sa.Column("generation", ROW_ID, nullable=True))
    op.execute("UPDATE identifications SET generation = 0 WHERE account_id IS NOT NULL")
    for table, moment in ISSUED.items():
        op.execute(
            f"UPDATE {table} SET generation = {DEAD} WHERE {moment} < "
            f"(SELECT credentials_since FROM accounts WHERE accounts.id = {table}.account_id)"
        )
    op.drop_column("accounts", "credentials_since")


def downgrade() -> None:
    op.add_column(
        "accounts", sa.Column("credentials_since", sa.BigInteger(), server_default="0", nullable=False)
    )
    stale = (
        "generation <> (SELECT credentials_generation FROM accounts WHERE accounts.id = {table}.account_id)"
    )
    # The moment alone cannot say any more what is dead: it ends.
    op.execute(
        f"UPDATE sessions SET ended_at = opened_at WHERE ended_at IS NULL AND {stale.format(table='sessions')}"
    )
    op.execute(
        f"UPDATE grants SET revoked_at = issued_at WHERE revoked_at IS NULL AND {stale.format(table='grants')}"
    )
    op.execute(f"DELETE FROM identifications WHERE {stale.format(table='identifications')}")
    for table in ("identifications", "grants", "sessions"):
        op.drop_column(table, "generation")
    op.drop_column("accounts", "credentials_generation")
