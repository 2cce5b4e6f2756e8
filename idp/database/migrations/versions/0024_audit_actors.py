"""An index of the audit records by actor, without what a person does to itself.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_ON_OTHERS = sa.text("actor <> subject")


def upgrade() -> None:
    op.create_index(
        "ix_audit_actor",
        "audit",
        ["actor", "id"],
        sqlite_where=_ON_OTHERS,
        postgresql_where=_ON_OTHERS,
    )


def downgrade() -> None:
    op.drop_index("ix_audit_actor", table_name="audit")
