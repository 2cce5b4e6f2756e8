"""The signature algorithm of a certificate of SAML.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "saml_certificates",
        sa.Column("signature", sa.String(length=16), server_default="rsa-sha256", nullable=False),
    )


def downgrade() -> None:
    with op.batch_alter_table("saml_certificates") as batch_op:
        batch_op.drop_column("signature")
