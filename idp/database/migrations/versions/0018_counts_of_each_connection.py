"""Rows of anonymous visitors are counted by each connection in rows of its own; PostgreSQL vacuums attempts of networks in time.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

VACUUM = {
    "autovacuum_vacuum_scale_factor": "0.01",
    "autovacuum_vacuum_threshold": "1000",
    "autovacuum_analyze_scale_factor": "0.02",
    "autovacuum_vacuum_insert_scale_factor": "0.05",
    "autovacuum_vacuum_cost_delay": "1",
}
"""As of the other tables whose rows come and go."""


def upgrade() -> None:
    with op.batch_alter_table("rate_limits", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "writer",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                server_default="0",
                nullable=False,
            )
        )
        batch_op.drop_constraint("pk_rate_limits", type_="primary")
        batch_op.create_primary_key("pk_rate_limits", ["bucket", "writer"])
    with op.batch_alter_table("rate_limits", schema=None) as batch_op:
        batch_op.alter_column("writer", server_default=None)
    if op.get_bind().dialect.name == "postgresql":
        # A count changes no indexed column: with free space on the page the indexes stay as they are.
        op.execute("ALTER TABLE rate_limits SET (fillfactor = 50)")
        values = ", ".join(f"{name} = {value}" for name, value in VACUUM.items())
        op.execute(f"ALTER TABLE network_attempts SET ({values})")


def downgrade() -> None:
    """A count is one row again: the greatest of its rows, for the rest of its hour."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE rate_limits RESET (fillfactor)")
        op.execute(f"ALTER TABLE network_attempts RESET ({', '.join(VACUUM)})")
    op.execute(
        "DELETE FROM rate_limits WHERE EXISTS (SELECT 1 FROM rate_limits AS more WHERE more.bucket = rate_limits.bucket "
        "AND (more.taken, more.writer) > (rate_limits.taken, rate_limits.writer))"
    )
    with op.batch_alter_table("rate_limits", schema=None) as batch_op:
        batch_op.drop_constraint("pk_rate_limits", type_="primary")
        batch_op.create_primary_key("pk_rate_limits", ["bucket"])
        batch_op.drop_column("writer")
