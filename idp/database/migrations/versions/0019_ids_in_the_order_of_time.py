"""Access tokens have an id as primary key; the index of the codes' digests is for codes of before alone.

Tokens and codes of before stay valid: the id of such a token is the head of its digest, and their codes are found by their
digest. Downgraded, the digests find the newer ones too; upgraded again, those access tokens are unknown.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_COPIED = "grant_id, scope, issued_at, expires_at, revoked_at, audience, dpop_jkt"
_HEAD = "substr(digest, 1, 32)"
_ALONE = {"resolve_fks": False}
"""SQLAlchemy warns of an index of `accounts` that it cannot reflect."""
_OF_BEFORE = sa.text("id < 't'")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("access_tokens", sa.Column("id", sa.String(32), nullable=True))
        op.execute(f"UPDATE access_tokens SET id = {_HEAD}")
        op.alter_column("access_tokens", "id", nullable=False)
        _replace_key("id")
    else:
        _rebuild("id", f"id, digest, {_COPIED}", f"{_HEAD}, digest, {_COPIED}")
    # On SQLite a constraint is part of its table.
    with op.batch_alter_table("grants", schema=None, reflect_kwargs=_ALONE) as batch_op:
        batch_op.drop_constraint("uq_grants_code_digest", type_="unique")
    op.create_index(
        "ix_grants_old_code",
        "grants",
        ["code_digest"],
        sqlite_where=_OF_BEFORE,
        postgresql_where=_OF_BEFORE,
    )


def downgrade() -> None:
    op.drop_index("ix_grants_old_code", table_name="grants")
    with op.batch_alter_table("grants", schema=None, reflect_kwargs=_ALONE) as batch_op:
        batch_op.create_unique_constraint("uq_grants_code_digest", ["code_digest"])
    if op.get_bind().dialect.name == "postgresql":
        _replace_key("digest")
        op.drop_column("access_tokens", "id")
    else:
        _rebuild("digest", f"digest, {_COPIED}", f"digest, {_COPIED}")


def _replace_key(column: str) -> None:
    op.drop_constraint("pk_access_tokens", "access_tokens", type_="primary")
    op.create_primary_key("pk_access_tokens", "access_tokens", [column])


def _rebuild(key: str, columns: str, values: str) -> None:
    """SQLite cannot replace a primary key. Tokens live for minutes: few rows are copied."""
    op.execute("ALTER TABLE access_tokens RENAME TO access_tokens_before")
    for index in ("grant_id", "expires_at"):
        op.drop_index(op.f(f"ix_access_tokens_{index}"), table_name="access_tokens_before")
    op.create_table(
        "access_tokens",
        *([sa.Column("id", sa.String(32), nullable=False)] if key == "id" else []),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("grant_id", sa.String(32), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.Column("audience", sa.Text()),
        sa.Column("dpop_jkt", sa.String(43)),
        sa.PrimaryKeyConstraint(key, name=op.f("pk_access_tokens")),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["grants.id"], ondelete="CASCADE", name=op.f("fk_access_tokens_grant_id")
        ),
    )
    op.execute(f"INSERT INTO access_tokens ({columns}) SELECT {values} FROM access_tokens_before")
    op.drop_table("access_tokens_before")
    for index in ("grant_id", "expires_at"):
        op.create_index(op.f(f"ix_access_tokens_{index}"), "access_tokens", [index])
