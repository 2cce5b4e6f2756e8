"""Requests for erasure.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("answered_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "erasure_requests",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("school_id", ROW_ID, nullable=True),
        sa.Column("wish", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("passed_on_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("forget_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_erasure_requests_account_id")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_erasure_requests_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_requests")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_erasure_requests_account_id"), "erasure_requests", ["account_id"])
    op.create_index(op.f("ix_erasure_requests_forget_at"), "erasure_requests", ["forget_at"])
    op.create_index(
        "ix_erasure_requests_open",
        "erasure_requests",
        ["account_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(
        "ix_erasure_requests_waiting",
        "erasure_requests",
        ["school_id", "asked_at"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_table("erasure_requests")
