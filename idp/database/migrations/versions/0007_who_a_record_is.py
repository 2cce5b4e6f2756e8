"""Comparable names of every script; decisions about ambiguous records also store whether a record is left out, and its digest.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from idp.people.rules.names import plain

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

A_PIECE = 2000


def upgrade() -> None:
    op.add_column(
        "import_decisions",
        sa.Column("left_out", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column("import_decisions", sa.Column("record", sa.String(length=64), nullable=True))
    _fold_names()


def _fold_names() -> None:
    """Names that were folded to their Latin letters alone; erased people have none."""
    persons = sa.table(
        "persons",
        *(
            sa.column(name)
            for name in ("id", "family_name", "usage_name", "first_name", "family_folded", "first_folded")
        ),
        sa.column("erased_at"),
    )
    connection, last = op.get_bind(), 0
    change = (
        sa.update(persons)
        .where(persons.c.id == sa.bindparam("person"))
        .values(family_folded=sa.bindparam("family"), first_folded=sa.bindparam("first"))
    )
    while rows := connection.execute(
        sa.select(persons).where(persons.c.id > last).order_by(persons.c.id).limit(A_PIECE)
    ).all():
        last = rows[-1].id
        folded = [
            {
                "person": row.id,
                "family": plain(row.usage_name or row.family_name)[:100],
                "first": plain(row.first_name)[:100],
            }
            for row in rows
            if row.erased_at is None
        ]
        present = {row.id: (row.family_folded, row.first_folded) for row in rows}
        differing = [row for row in folded if present[row["person"]] != (row["family"], row["first"])]
        if differing:
            connection.execute(change, differing)


def downgrade() -> None:
    with op.batch_alter_table("import_decisions", schema=None) as batch_op:
        batch_op.drop_column("record")
        batch_op.drop_column("left_out")
