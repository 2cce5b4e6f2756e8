"""The school's console: imports on record, jobs, delegations, approvals; names as search compares them.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from idp.people.rules.names import plain

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.create_index("ix_approvals_state", ["state"], unique=False)

    op.create_table(
        "initial_access_tokens",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("uses_left", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_initial_access_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_initial_access_tokens_digest")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "delegations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("school_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kinds", sa.String(length=20), nullable=False),
        sa.Column("classes", sa.Text(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_delegations_person_id")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_delegations_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("delegations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegations_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegations_school_id"), ["school_id"], unique=False)

    op.create_table(
        "import_decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("school_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("source_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_import_decisions_person_id")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_import_decisions_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_decisions")),
        sa.UniqueConstraint(
            "school_id", "kind", "source_id", name=op.f("uq_import_decisions_school_id_kind_source_id")
        ),
    )
    op.create_table(
        "import_digests",
        sa.Column("school_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_import_digests_school_id")),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_import_digests")),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("school_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("year", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("mapping", sa.Text(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=True),
        sa.Column("entries", sa.Text(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("plan_digest", sa.String(length=64), nullable=True),
        sa.Column("too_many_gone", sa.Boolean(), nullable=False),
        sa.Column("undo", sa.Text(), nullable=True),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_imports_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_imports_school_id"), ["school_id"], unique=False)

    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("school_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("done", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=True),
        sa.Column("cancel_asked_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_jobs_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index("ix_jobs_due", ["state", "lease_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_jobs_finished_at"), ["finished_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_jobs_school_id"), ["school_id"], unique=False)

    op.create_table(
        "import_files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_files_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_files")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("import_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_files_import_id"), ["import_id"], unique=False)

    op.create_table(
        "job_files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("mime", sa.String(length=60), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_job_files_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_files")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("job_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_files_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_files_job_id"), ["job_id"], unique=False)

    op.add_column(
        "audit_head",
        sa.Column(
            "floor_number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
    )
    op.add_column(
        "audit_head", sa.Column("floor_hash", sa.String(length=64), server_default="", nullable=False)
    )

    op.add_column("clients", sa.Column("previous_secret_digest", sa.String(length=64), nullable=True))
    op.add_column("clients", sa.Column("previous_secret_until", sa.BigInteger(), nullable=True))
    op.add_column("clients", sa.Column("owner", sa.String(length=200), server_default="", nullable=False))
    op.add_column(
        "clients",
        sa.Column(
            "revision",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="1",
            nullable=False,
        ),
    )
    op.add_column("clients", sa.Column("last_used_at", sa.BigInteger(), nullable=True))

    op.add_column(
        "persons", sa.Column("family_folded", sa.String(length=100), server_default="", nullable=False)
    )
    op.add_column(
        "persons", sa.Column("first_folded", sa.String(length=100), server_default="", nullable=False)
    )
    op.add_column("persons", sa.Column("hold_until", sa.BigInteger(), nullable=True))
    op.add_column("persons", sa.Column("hold_reason", sa.Text(), nullable=True))
    op.add_column("persons", sa.Column("erased_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_persons_family_folded", "persons", ["family_folded", "first_folded"], unique=False)
    op.create_index("ix_persons_first_folded", "persons", ["first_folded"], unique=False)

    op.add_column("schools", sa.Column("csv_mapping", sa.Text(), nullable=True))

    op.create_index("ix_persons_contact_mail", "persons", [sa.text("lower(contact_mail)")])
    op.create_index("ix_guardianships_school_id", "guardianships", ["school_id"])
    op.create_table(
        "login_days",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("school_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("logins", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_login_days_school_id")),
        sa.PrimaryKeyConstraint("day", "school_id", name=op.f("pk_login_days")),
    )
    op.create_table(
        "counted",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counted")),
    )
    _fold_names()


def _fold_names() -> None:
    """The names of who is here already, a piece at a time."""
    persons = sa.table(
        "persons",
        *(
            sa.column(n)
            for n in ("id", "family_name", "usage_name", "first_name", "family_folded", "first_folded")
        ),
    )
    connection, last = op.get_bind(), 0
    change = (
        sa.update(persons)
        .where(persons.c.id == sa.bindparam("person"))
        .values(family_folded=sa.bindparam("family"), first_folded=sa.bindparam("first"))
    )
    while rows := connection.execute(
        sa.select(persons.c.id, persons.c.family_name, persons.c.usage_name, persons.c.first_name)
        .where(persons.c.id > last)
        .order_by(persons.c.id)
        .limit(2000)
    ).all():
        folded = [
            {"person": row[0], "family": plain(row[2] or row[1])[:100], "first": plain(row[3])[:100]}
            for row in rows
        ]
        connection.execute(change, folded)
        last = rows[-1][0]


def downgrade() -> None:
    op.drop_index("ix_guardianships_school_id", "guardianships")
    op.drop_table("counted")
    op.drop_table("login_days")
    with op.batch_alter_table(
        "schools", schema=None, table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.drop_column("csv_mapping")

    op.drop_index("ix_persons_contact_mail", "persons")
    with op.batch_alter_table(
        "persons", schema=None, table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.drop_index("ix_persons_first_folded")
        batch_op.drop_index("ix_persons_family_folded")
        batch_op.drop_column("erased_at")
        batch_op.drop_column("hold_reason")
        batch_op.drop_column("hold_until")
        batch_op.drop_column("first_folded")
        batch_op.drop_column("family_folded")

    with op.batch_alter_table("clients", schema=None) as batch_op:
        batch_op.drop_column("last_used_at")
        batch_op.drop_column("revision")
        batch_op.drop_column("owner")
        batch_op.drop_column("previous_secret_until")
        batch_op.drop_column("previous_secret_digest")

    with op.batch_alter_table("audit_head", schema=None) as batch_op:
        batch_op.drop_column("floor_hash")
        batch_op.drop_column("floor_number")

    with op.batch_alter_table("job_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_files_job_id"))
        batch_op.drop_index(batch_op.f("ix_job_files_expires_at"))

    op.drop_table("job_files")
    with op.batch_alter_table("import_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_files_import_id"))

    op.drop_table("import_files")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jobs_school_id"))
        batch_op.drop_index(batch_op.f("ix_jobs_finished_at"))
        batch_op.drop_index("ix_jobs_due")

    op.drop_table("jobs")
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_imports_school_id"))

    op.drop_table("imports")
    op.drop_table("import_digests")
    op.drop_table("import_decisions")
    with op.batch_alter_table("delegations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delegations_school_id"))
        batch_op.drop_index(batch_op.f("ix_delegations_person_id"))

    op.drop_table("delegations")
    op.drop_table("initial_access_tokens")
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.drop_index("ix_approvals_state")

    op.drop_table("approvals")
