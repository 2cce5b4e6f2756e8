"""the life of an account

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-23 20:37:32.934395

"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "federated_logins",
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_federated_logins")),
    )
    with op.batch_alter_table("federated_logins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_federated_logins_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "federated_logouts",
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("back_to", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_federated_logouts")),
    )
    with op.batch_alter_table("federated_logouts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_federated_logouts_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "federated_sessions",
        sa.Column("sid", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("sealed_id_token", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_federated_sessions")),
    )
    with op.batch_alter_table("federated_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_federated_sessions_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "sendings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bucket", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sendings")),
    )
    with op.batch_alter_table("sendings", schema=None) as batch_op:
        batch_op.create_index("ix_sendings_bucket", ["bucket", "sent_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sendings_sent_at"), ["sent_at"], unique=False)

    op.create_table(
        "waiting_identities",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("sealed_id_token", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_waiting_identities")),
    )
    with op.batch_alter_table("waiting_identities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiting_identities_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "authenticator_apps",
        sa.Column(
            "account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_authenticator_apps_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_authenticator_apps")),
    )
    op.create_table(
        "federated_identities",
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_federated_identities_account_id")
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_federated_identities")),
    )
    with op.batch_alter_table("federated_identities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_federated_identities_account_id"), ["account_id"], unique=False)

    op.create_table(
        "identifications",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("method", sa.String(length=4), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=True),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("code_expires_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sends", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("candidates", sa.Text(), nullable=True),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proved_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_identifications_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identifications")),
    )
    with op.batch_alter_table("identifications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identifications_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "known_devices",
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_known_devices_account_id")),
        sa.PrimaryKeyConstraint("browser", "account_id", name=op.f("pk_known_devices")),
    )
    with op.batch_alter_table("known_devices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_known_devices_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_known_devices_last_seen_at"), ["last_seen_at"], unique=False)

    op.create_table(
        "passkey_ceremonies",
        sa.Column("challenge", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_passkey_ceremonies_account_id")
        ),
        sa.PrimaryKeyConstraint("challenge", name=op.f("pk_passkey_ceremonies")),
    )
    with op.batch_alter_table("passkey_ceremonies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_ceremonies_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "passkey_handles",
        sa.Column(
            "account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("handle", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_passkey_handles_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_passkey_handles")),
        sa.UniqueConstraint("handle", name=op.f("uq_passkey_handles_handle")),
    )
    op.create_table(
        "passkeys",
        sa.Column("credential_id", sa.String(length=400), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_passkeys_account_id")),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_passkeys")),
    )
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkeys_account_id"), ["account_id"], unique=False)

    op.create_table(
        "recovery_codes",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_recovery_codes_account_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_recovery_codes")),
    )
    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_codes_account_id"), ["account_id"], unique=False)

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mobile", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("mobile_verified_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("second_factor_since", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("language", sa.String(length=5), nullable=True))
        batch_op.drop_index(batch_op.f("ix_accounts_mail"))
        batch_op.create_index(batch_op.f("ix_accounts_mobile"), ["mobile"], unique=False)

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("device_known", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("confirmed_at", sa.BigInteger(), nullable=False, server_default="0"))

    # Alembic does not see indexes over expressions.
    op.create_index("ix_accounts_mail_folded", "accounts", [sa.text("lower(mail)")])


def downgrade() -> None:
    op.drop_index("ix_accounts_mail_folded", "accounts")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("confirmed_at")
        batch_op.drop_column("device_known")

    # Numbers of accounts are never given again, which a copy would forget.
    with op.batch_alter_table(
        "accounts", schema=None, table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accounts_mobile"))
        batch_op.create_index(batch_op.f("ix_accounts_mail"), ["mail"], unique=False)
        batch_op.drop_column("language")
        batch_op.drop_column("second_factor_since")
        batch_op.drop_column("mobile_verified_at")
        batch_op.drop_column("mobile")

    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_codes_account_id"))

    op.drop_table("recovery_codes")
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passkeys_account_id"))

    op.drop_table("passkeys")
    op.drop_table("passkey_handles")
    with op.batch_alter_table("passkey_ceremonies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passkey_ceremonies_expires_at"))

    op.drop_table("passkey_ceremonies")
    with op.batch_alter_table("known_devices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_known_devices_last_seen_at"))
        batch_op.drop_index(batch_op.f("ix_known_devices_account_id"))

    op.drop_table("known_devices")
    with op.batch_alter_table("identifications", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identifications_expires_at"))

    op.drop_table("identifications")
    with op.batch_alter_table("federated_identities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_federated_identities_account_id"))

    op.drop_table("federated_identities")
    op.drop_table("authenticator_apps")
    with op.batch_alter_table("waiting_identities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiting_identities_expires_at"))

    op.drop_table("waiting_identities")
    with op.batch_alter_table("sendings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sendings_sent_at"))
        batch_op.drop_index("ix_sendings_bucket")

    op.drop_table("sendings")
    with op.batch_alter_table("federated_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_federated_sessions_expires_at"))

    op.drop_table("federated_sessions")
    with op.batch_alter_table("federated_logouts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_federated_logouts_expires_at"))

    op.drop_table("federated_logouts")
    with op.batch_alter_table("federated_logins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_federated_logins_expires_at"))

    op.drop_table("federated_logins")
