"""Indexes for what was read from end to end: no statement reads more the more people there are.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_accounts_letters", "accounts", ["state", "letter_expires_at"]),
    ("ix_staff_posts_school_id", "staff_posts", ["school_id"]),
    ("ix_import_decisions_person_id", "import_decisions", ["person_id"]),
    ("ix_identifications_account_id", "identifications", ["account_id"]),
    ("ix_waiting_identities_subject", "waiting_identities", ["issuer", "subject"]),
    ("ix_imports_state", "imports", ["state", "given_at"]),
)
PARTIAL = (
    ("ix_imports_undo", "imports", "written_at", "undo IS NOT NULL"),
    ("ix_imports_entries", "imports", "given_at", "entries IS NOT NULL"),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
    for name, table, column, where in PARTIAL:
        op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_index(
        "ix_accounts_absent",
        "accounts",
        ["person_id"],
        sqlite_where=sa.text("present IS 0"),
        postgresql_where=sa.text("present IS false"),
    )
    # ix_accounts_letters begins with the same column.
    op.drop_index("ix_accounts_state", "accounts")
    # No statement sorts by it, and a planner without statistics would read everybody of one kind along it.
    op.drop_index("ix_persons_names", "persons")


def downgrade() -> None:
    op.create_index("ix_persons_names", "persons", ["kind", "family_name", "first_name"])
    op.create_index("ix_accounts_state", "accounts", ["state"])
    op.drop_index("ix_accounts_absent", "accounts")
    for name, table, *_ in (*PARTIAL, *INDEXES):
        op.drop_index(name, table)
