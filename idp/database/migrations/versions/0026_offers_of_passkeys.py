"""When a person answered the offer of a passkey, which is made once.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("passkey_offer_answered_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("accounts", "passkey_offer_answered_at")
