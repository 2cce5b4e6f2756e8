"""Services of CAS and SAML, and who takes part in a session; a consent is to a service of any protocol.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "services",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("protocol", sa.String(length=10), nullable=False),
        sa.Column("registration", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(length=200), server_default="", nullable=False),
        sa.Column("revision", ROW_ID, server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
    )
    op.create_table(
        "participants",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("sid", sa.String(length=32), nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("service_id", sa.String(length=64), nullable=False),
        sa.Column("protocol", sa.String(length=10), nullable=False),
        sa.Column("session_index", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_participants_account_id")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_participants_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_participants_sid", "participants", ["sid", "service_id", "session_index"], unique=True
    )
    op.create_index("ix_participants_account", "participants", ["account_id", "service_id"])
    op.create_index(op.f("ix_participants_expires_at"), "participants", ["expires_at"])
    with op.batch_alter_table("consents", schema=None, copy_from=_consents(with_clients=True)) as batch_op:
        batch_op.drop_constraint(op.f("fk_consents_client_id"), type_="foreignkey")


def downgrade() -> None:
    # The older version knows clients alone.
    op.execute("DELETE FROM consents WHERE client_id NOT IN (SELECT client_id FROM clients)")
    with op.batch_alter_table("consents", schema=None, copy_from=_consents(with_clients=False)) as batch_op:
        batch_op.create_foreign_key(op.f("fk_consents_client_id"), "clients", ["client_id"], ["client_id"])
    op.drop_table("participants")
    op.drop_table("services")


def _consents(with_clients: bool) -> sa.Table:
    """The table as it is, so that SQLite's copy reflects none of the tables that it refers to."""
    columns = [
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=True),
        sa.Column("given_by", ROW_ID, nullable=True),
        sa.Column("asked_scope", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("refused_at", sa.BigInteger(), nullable=True),
    ]
    constraints: list[sa.Constraint] = [
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_consents_account_id")),
        sa.ForeignKeyConstraint(["given_by"], ["accounts.id"], name=op.f("fk_consents_given_by")),
        sa.PrimaryKeyConstraint("account_id", "client_id", name=op.f("pk_consents")),
    ]
    if with_clients:
        client = sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_consents_client_id")
        )
        constraints.append(client)
    return sa.Table("consents", sa.MetaData(), *columns, *constraints)
