"""The line of people who want to sign in: tracks and budgets.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_tracks",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("pace", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sign_in_tracks")),
    )
    op.create_table(
        "place_budgets",
        sa.Column("bucket", sa.String(64), nullable=False),
        sa.Column("used_until", sa.BigInteger(), nullable=False),
        sa.Column("forget_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_place_budgets")),
    )
    op.create_index(op.f("ix_place_budgets_forget_at"), "place_budgets", ["forget_at"])


def downgrade() -> None:
    op.drop_table("place_budgets")
    op.drop_table("sign_in_tracks")
