"""Tables of the certification profiles: consents, pushed requests, devices, keys that tokens are bound to.

Services that an administrator registered before stay the school's own: nobody is asked for consent of a sudden. Those
that registered themselves with an initial access token are not.

Revision ID: 0004
Revises: 0003
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("clients", sa.Column("registration_token_digest", sa.String(length=64), nullable=True))
    op.add_column("grants", sa.Column("resources", sa.Text(), nullable=True))
    op.add_column("grants", sa.Column("dpop_jkt", sa.String(length=43), nullable=True))
    op.add_column("access_tokens", sa.Column("audience", sa.Text(), nullable=True))
    op.add_column("access_tokens", sa.Column("dpop_jkt", sa.String(length=43), nullable=True))
    op.add_column("refresh_families", sa.Column("dpop_jkt", sa.String(length=43), nullable=True))
    op.create_table(
        "pushed_requests",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_pushed_requests_client_id")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_pushed_requests")),
    )
    op.create_index(op.f("ix_pushed_requests_expires_at"), "pushed_requests", ["expires_at"])
    op.create_table(
        "device_requests",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("device_digest", sa.String(length=64), nullable=False),
        sa.Column("user_digest", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("next_poll_at", sa.BigInteger(), nullable=False),
        sa.Column("pause", ROW_ID, nullable=False),
        sa.Column("grant_id", sa.String(length=32), nullable=True),
        sa.Column("refused_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_device_requests_client_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_requests")),
        sa.UniqueConstraint("device_digest", name=op.f("uq_device_requests_device_digest")),
        sa.UniqueConstraint("user_digest", name=op.f("uq_device_requests_user_digest")),
    )
    op.create_index(op.f("ix_device_requests_expires_at"), "device_requests", ["expires_at"])
    op.create_table(
        "consents",
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=True),
        sa.Column("given_by", ROW_ID, nullable=True),
        sa.Column("asked_scope", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("refused_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_consents_account_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.client_id"], name=op.f("fk_consents_client_id")),
        sa.ForeignKeyConstraint(["given_by"], ["accounts.id"], name=op.f("fk_consents_given_by")),
        sa.PrimaryKeyConstraint("account_id", "client_id", name=op.f("pk_consents")),
    )
    _mark_the_schools_own()


def _mark_the_schools_own() -> None:
    connection = op.get_bind()
    by_themselves = set(
        connection.execute(
            sa.text(
                "SELECT subject FROM audit WHERE act = 'client.register' AND actor LIKE 'initial_token:%'"
            )
        ).scalars()
    )
    rows = connection.execute(sa.text("SELECT client_id, metadata_json FROM clients")).all()
    for client_id, text in rows:
        if f"client:{client_id}" not in by_themselves:
            document = {"first_party": True, **json.loads(text)}
            connection.execute(
                sa.text("UPDATE clients SET metadata_json = :text WHERE client_id = :client"),
                {"text": json.dumps(document, ensure_ascii=False), "client": client_id},
            )


def downgrade() -> None:
    for table in ("consents", "device_requests", "pushed_requests"):
        op.drop_table(table)
    for table, column in (
        ("refresh_families", "dpop_jkt"),
        ("access_tokens", "dpop_jkt"),
        ("access_tokens", "audience"),
        ("grants", "dpop_jkt"),
        ("grants", "resources"),
        ("clients", "registration_token_digest"),
    ):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
