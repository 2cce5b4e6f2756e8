"""Counters of attempts, and sent messages, have an expiry column of their own.

Revision ID: 0009
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

HOUR = 3600
LONGEST_MEMORY = 365 * 86400
"""Of wrong birth dates; a row does not name what it counts, so each is stored for the longest lifetime."""


def upgrade() -> None:
    _change(
        "throttles",
        "last_at",
        "forget_at",
        f"CASE WHEN locked_until > last_at + {LONGEST_MEMORY} THEN locked_until ELSE last_at + {LONGEST_MEMORY} END",
    )
    op.drop_index("ix_sendings_bucket", "sendings")
    _change("sendings", "sent_at", "forget_at", f"sent_at + {HOUR}")
    op.create_index("ix_sendings_bucket", "sendings", ["bucket", "forget_at"])


def downgrade() -> None:
    op.drop_index("ix_sendings_bucket", "sendings")
    _change("sendings", "forget_at", "sent_at", f"forget_at - {HOUR}")
    op.create_index("ix_sendings_bucket", "sendings", ["bucket", "sent_at"])
    _change("throttles", "forget_at", "last_at", f"forget_at - {LONGEST_MEMORY}")


def _change(table: str, before: str, after: str, value: str) -> None:
    """Put one moment of every row in the place of another."""
    op.add_column(table, sa.Column(after, sa.BigInteger(), nullable=True))
    op.execute(f"UPDATE {table} SET {after} = {value}")
    op.drop_index(op.f(f"ix_{table}_{before}"), table)
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.alter_column(after, existing_type=sa.BigInteger(), nullable=False)
        batch_op.drop_column(before)
    op.create_index(op.f(f"ix_{table}_{after}"), table, [after])
