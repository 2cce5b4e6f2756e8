"""Decisions of the school about import records whose text looks damaged.

Revision ID: 0006
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0011"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "import_texts",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("school_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("source_id", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_import_texts_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_texts")),
        sa.UniqueConstraint(
            "school_id", "kind", "source_id", name=op.f("uq_import_texts_school_id_kind_source_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("import_texts")
