"""Each message has a destination, destinations that fail have a table, and jobs say whether they are long.

Revision ID: 0015
Revises: 0014
"""

import json
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_unsettled = "delivered_at IS NULL AND given_up_at IS NULL"
_open = "state IN ('waiting', 'running')"
_NUMBERED = {"sqlite_autoincrement": True}
_long_and_running = "state = 'running' AND is_long IS %s"


def upgrade() -> None:
    op.create_table(
        "failing_destinations",
        sa.Column("destination", sa.String(length=300), nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=False),
        sa.Column("failures", _number, nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=False),
        sa.Column("tried_until", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("destination", name=op.f("pk_failing_destinations")),
    )
    op.drop_index("ix_outbox_due", "outbox")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("destination", sa.String(length=300), nullable=False, server_default="worker")
        )
        batch_op.add_column(sa.Column("refusals", _number, nullable=False, server_default="0"))
    _fill()
    for name, columns, where in (
        ("ix_outbox_lines", ["destination", "next_attempt_at", "id"], _unsettled),
        ("ix_outbox_delivered_at", ["delivered_at"], "delivered_at IS NOT NULL"),
        ("ix_outbox_given_up_at", ["given_up_at"], "given_up_at IS NOT NULL"),
    ):
        _partial(name, "outbox", columns, where)
    op.drop_index("ix_jobs_due", "jobs")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_long", sa.Boolean(), nullable=False, server_default=sa.false()))
    _partial("ix_jobs_open", "jobs", ["id"], _open)
    is_true = "true" if op.get_bind().dialect.name == "postgresql" else "1"
    _partial("uq_jobs_long_school", "jobs", ["school_id"], _long_and_running % is_true, unique=True)


def _partial(name: str, table: str, columns: list[str], where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _fill() -> None:
    """A notice goes to where its service listens now; a message that was never tried is due whatever the clock says."""
    connection = op.get_bind()
    op.execute("UPDATE outbox SET destination = kind WHERE kind IN ('mail', 'sms')")
    op.execute("UPDATE outbox SET next_attempt_at = 0 WHERE attempts = 0")
    origins: dict[str, str] = {}
    for client_id, metadata in connection.execute(sa.text("SELECT client_id, metadata_json FROM clients")):
        address = _object(metadata).get("backchannel_logout_uri")
        if isinstance(address, str):
            parts = urlsplit(address)
            origins[client_id] = f"{parts.scheme}://{parts.netloc}"[:300]
    waiting = sa.text(f"SELECT id, payload FROM outbox WHERE kind = 'logout_notice' AND {_unsettled}")
    for number, payload in connection.execute(waiting).all():
        if origin := origins.get(str(_object(payload).get("client_id"))):
            connection.execute(
                sa.text("UPDATE outbox SET destination = :origin WHERE id = :id"),
                {"origin": origin, "id": number},
            )


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def downgrade() -> None:
    op.drop_index("uq_jobs_long_school", "jobs")
    op.drop_index("ix_jobs_open", "jobs")
    with op.batch_alter_table("jobs", schema=None, table_kwargs=_NUMBERED) as batch_op:
        batch_op.drop_column("is_long")
        batch_op.create_index("ix_jobs_due", ["state", "lease_until"], unique=False)
    for name in ("ix_outbox_lines", "ix_outbox_delivered_at", "ix_outbox_given_up_at"):
        op.drop_index(name, "outbox")
    op.execute("UPDATE outbox SET next_attempt_at = created_at WHERE next_attempt_at = 0")
    with op.batch_alter_table("outbox", schema=None, table_kwargs=_NUMBERED) as batch_op:
        batch_op.drop_column("refusals")
        batch_op.drop_column("destination")
        batch_op.create_index(
            "ix_outbox_due", ["delivered_at", "given_up_at", "next_attempt_at"], unique=False
        )
    op.drop_table("failing_destinations")
