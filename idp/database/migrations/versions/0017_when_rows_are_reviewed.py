"""Grants and refresh families say when they are reviewed; PostgreSQL vacuums in time.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SHORT_LIVED = (
    "access_tokens", "audit", "device_requests", "grants", "kept_answers", "mail_links", "outbox", "pushed_requests",
    "rate_limits", "refresh_families", "sendings", "sent_forms", "sessions", "throttles", "used_once",
)  # fmt: skip
"""Tables whose rows come and go: a hundredth of dead rows is worth a vacuum; the default waits for a fifth."""
VACUUM = {
    "autovacuum_vacuum_scale_factor": "0.01",
    "autovacuum_vacuum_threshold": "1000",
    "autovacuum_analyze_scale_factor": "0.02",
    "autovacuum_vacuum_insert_scale_factor": "0.05",
    "autovacuum_vacuum_cost_delay": "1",
}
UPDATED = ("grants", "refresh_families", "sessions")
"""Tables whose rows are updated in columns without an index: with free space on the page the indexes stay as they are."""


def upgrade() -> None:
    # Rows of before are reviewed at once, by the worker and in small steps: no table is rewritten here.
    for table in ("grants", "refresh_families"):
        op.add_column(table, sa.Column("review_at", sa.BigInteger(), server_default="0", nullable=False))
        op.create_index(op.f(f"ix_{table}_review_at"), table, ["review_at"])
    op.drop_index(op.f("ix_refresh_families_expires_at"), table_name="refresh_families")
    _tell_postgresql(
        "SET", ", ".join(f"{name} = {value}" for name, value in VACUUM.items()), "fillfactor = 90"
    )


def downgrade() -> None:
    _tell_postgresql("RESET", ", ".join(VACUUM), "fillfactor")
    op.create_index(op.f("ix_refresh_families_expires_at"), "refresh_families", ["expires_at"])
    for table in ("grants", "refresh_families"):
        op.drop_index(op.f(f"ix_{table}_review_at"), table_name=table)
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("review_at")


def _tell_postgresql(act: str, vacuum: str, fill: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in SHORT_LIVED:
        op.execute(f"ALTER TABLE {table} {act} ({vacuum})")
    for table in UPDATED:
        op.execute(f"ALTER TABLE {table} {act} ({fill})")
