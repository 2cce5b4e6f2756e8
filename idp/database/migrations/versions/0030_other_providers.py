"""Login through other providers for every profile: one identity of a provider for each account, sessions by their names there, roles by rules.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Two links of one provider could only come of two tabs at the same moment: the one that was used last stays.
    identities = sa.table(
        "federated_identities",
        sa.column("issuer", sa.String),
        sa.column("subject", sa.String),
        sa.column("account_id", sa.BigInteger),
        sa.column("last_used_at", sa.BigInteger),
    )
    newer = identities.alias("newer")
    op.execute(
        sa.delete(identities).where(
            sa.exists().where(
                newer.c.account_id == identities.c.account_id,
                newer.c.issuer == identities.c.issuer,
                sa.or_(
                    newer.c.last_used_at > identities.c.last_used_at,
                    sa.and_(
                        newer.c.last_used_at == identities.c.last_used_at,
                        newer.c.subject > identities.c.subject,
                    ),
                ),
            )
        )
    )
    op.create_index(
        "ix_federated_identities_once", "federated_identities", ["account_id", "issuer"], unique=True
    )
    op.drop_index("ix_federated_identities_account_id", "federated_identities")
    for name in ("subject", "session_index"):
        op.add_column("federated_sessions", sa.Column(name, sa.String(length=64), nullable=True))
        op.create_index(f"ix_federated_sessions_{name}", "federated_sessions", [name])
    op.create_table(
        "upstream_metadata",
        sa.Column("upstream", sa.String(length=40), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("upstream", name=op.f("pk_upstream_metadata")),
    )
    op.add_column("staff_posts", sa.Column("granted_by", sa.String(length=40), nullable=True))
    op.create_index(
        "ix_staff_posts_granted",
        "staff_posts",
        ["person_id", "granted_by", "role", sa.text("coalesce(school_id, 0)")],
        unique=True,
        sqlite_where=sa.text("granted_by IS NOT NULL AND until IS NULL"),
        postgresql_where=sa.text("granted_by IS NOT NULL AND until IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_staff_posts_granted", "staff_posts")
    op.drop_column("staff_posts", "granted_by")
    op.drop_table("upstream_metadata")
    for name in ("subject", "session_index"):
        op.drop_index(f"ix_federated_sessions_{name}", "federated_sessions")
        op.drop_column("federated_sessions", name)
    op.create_index("ix_federated_identities_account_id", "federated_identities", ["account_id"])
    op.drop_index("ix_federated_identities_once", "federated_identities")
