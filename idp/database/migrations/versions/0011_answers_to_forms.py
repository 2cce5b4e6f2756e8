"""Stored responses to forms, each shown at a URL of its own, and one-time keys of forms.

Revision ID: 0011
Revises: 0004
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0011"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_answers",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("forget_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_kept_answers")),
    )
    op.create_index("ix_kept_answers_browser", "kept_answers", ["browser", "forget_at"])
    op.create_index(op.f("ix_kept_answers_forget_at"), "kept_answers", ["forget_at"])
    op.create_table(
        "sent_forms",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("forget_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sent_forms")),
    )
    op.create_index(op.f("ix_sent_forms_forget_at"), "sent_forms", ["forget_at"])
    _give_delegations_the_schools_days()


def _give_delegations_the_schools_days() -> None:
    """They began and ended at midnight in UTC, and now do where the school is."""
    zone = ZoneInfo(current_app.extensions["settings"].service.timezone)

    def moved(moment: int) -> int:
        if moment % 86400:
            return moment
        day = datetime.fromtimestamp(moment, UTC)
        return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())

    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, since, until FROM delegations")).all()
    for number, since, until in rows:
        connection.execute(
            sa.text("UPDATE delegations SET since = :since, until = :until WHERE id = :id"),
            {"id": number, "since": moved(since), "until": moved(until)},
        )


def downgrade() -> None:
    op.drop_table("sent_forms")
    op.drop_table("kept_answers")
