"""Logins of a school's day: by hour and by service.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("login_days", sa.Column("by_hour", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("login_days", sa.Column("by_service", sa.Text(), nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("login_days") as table:
        table.drop_column("by_service")
        table.drop_column("by_hour")
