"""Tickets of CAS.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cas_tickets",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=3), nullable=False),
        sa.Column("service_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("sid", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("proxies", sa.Text(), nullable=False),
        sa.Column("auth_time", sa.BigInteger(), nullable=False),
        sa.Column("is_new_login", sa.Boolean(), nullable=False),
        sa.Column("generation", ROW_ID, nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_cas_tickets_account_id")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_cas_tickets_service_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_cas_tickets")),
    )
    op.create_index(op.f("ix_cas_tickets_account_id"), "cas_tickets", ["account_id"])
    op.create_index(op.f("ix_cas_tickets_expires_at"), "cas_tickets", ["expires_at"])


def downgrade() -> None:
    op.drop_table("cas_tickets")
