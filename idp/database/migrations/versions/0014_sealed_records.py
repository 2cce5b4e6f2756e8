"""Records of acts are no longer chained one by one: the worker seals them. An attempt of a network is a row of its own.

Revision ID: 0014
Revises: 0013
"""

import hashlib
import hmac
import json
import logging

import sqlalchemy as sa
from alembic import op
from flask import current_app

from keys.sealing import read_master_keys

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BATCH = 1000
FIELDS = ("id", "at", "act", "actor", "subject", "address", "detail")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "network_attempts",
        sa.Column("id", ID, nullable=False),
        sa.Column("bucket", sa.String(length=64), nullable=False),
        sa.Column("forget_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_attempts")),
    )
    op.create_index(op.f("ix_network_attempts_forget_at"), "network_attempts", ["forget_at"])
    op.create_index("ix_network_attempts_bucket_forget_at", "network_attempts", ["bucket", "forget_at"])
    _shape_of_seals()
    connection = op.get_bind()
    head = connection.execute(sa.text("SELECT * FROM audit_head WHERE id = 1")).mappings().one_or_none()
    counted = connection.execute(sa.text("SELECT number FROM counted WHERE id = 1")).scalar()
    last, link, sealed_up_to = 0, "", 0
    chained = (head["purged_number"], head["purged_hash"]) if head else (0, "")
    broken = None
    # What the days have counted ends with a seal: from now on they count whole seals.
    for rows in _batches(connection, counted or 0):
        for row in rows:
            text = [chained[1], *(row[name] for name in FIELDS)]
            made = hashlib.sha256(json.dumps(text, ensure_ascii=False).encode()).hexdigest()
            if broken is None and (row["id"] != chained[0] + 1 or row["hash"] != made):
                broken = row["id"]
            chained = (row["id"], row["hash"])
        last, link = last + 1, _put(connection, last + 1, link, rows)
        if rows[-1]["id"] <= (counted or 0):
            sealed_up_to = last
    if broken is None and head and (head["number"], head["hash"]) != chained:
        broken = chained[0] + 1
    if broken is not None and head:
        logging.getLogger("idp.audit").warning(
            "The chain of audit records did not hold at record %s before this upgrade: compare with a backup.",
            broken,
        )
    connection.execute(
        sa.text(
            "UPDATE audit_head SET number = :last, hash = :hash, purged_number = 0, purged_hash = '' WHERE id = 1"
        ),
        {"last": last, "hash": link},
    )
    connection.execute(sa.text("UPDATE counted SET number = :n WHERE id = 1"), {"n": sealed_up_to})
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_column("hash")
        batch_op.create_index("ix_audit_seal_position", ["seal", "position"], unique=True)
        batch_op.create_index(
            "ix_audit_unsealed",
            ["id"],
            unique=False,
            sqlite_where=sa.text("seal IS NULL"),
            postgresql_where=sa.text("seal IS NULL"),
        )


def _shape_of_seals() -> None:
    with op.batch_alter_table("audit", schema=None, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("number", new_column_name="id", existing_type=ID)
        batch_op.add_column(sa.Column("seal", ID, nullable=True))
        batch_op.add_column(sa.Column("position", sa.Integer(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE audit_id_seq OWNED BY audit.id")
        op.execute("ALTER TABLE audit ALTER COLUMN id SET DEFAULT nextval('audit_id_seq')")
        # Ids go on after the last number, whatever of it was purged.
        op.execute(
            "SELECT setval('audit_id_seq', greatest(1, (SELECT max(number) + 1 FROM audit_head)), false)"
        )
    op.create_table(
        "audit_seals",
        sa.Column("number", ID, autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("mark", sa.String(length=80), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seals")),
    )
    with op.batch_alter_table("audit_head", schema=None) as batch_op:
        batch_op.alter_column("floor_number", new_column_name="purged_number", existing_type=ID)
        batch_op.alter_column("floor_hash", new_column_name="purged_hash", existing_type=sa.String(length=64))
        for name, kind, default in (
            ("purged_mark", sa.String(length=80), ""),
            ("verified_number", ID, "0"),
            ("verified_hash", sa.String(length=64), ""),
            ("verified_mark", sa.String(length=80), ""),
        ):
            batch_op.add_column(sa.Column(name, kind, server_default=default, nullable=False))


def _batches(connection, counted):
    """Records in order, at most BATCH at a time; none contains both what was counted and what was not."""
    last = None
    while True:
        rows = (
            connection.execute(
                sa.text("SELECT * FROM audit WHERE id > :last AND (id <= :until) ORDER BY id LIMIT :most"),
                {
                    "last": -1 if last is None else last,
                    "until": counted if (last or 0) < counted else 2**62,
                    "most": BATCH,
                },
            )
            .mappings()
            .all()
        )
        if rows:
            yield rows
            last = rows[-1]["id"]
        elif (last or 0) < counted:
            last = counted
        else:
            return


def _put(connection, number, previous, rows):
    """Seal a batch. Its hour is that of its newest record, so that it is purged when that is due. The hash of the seal."""
    leaves = [
        hashlib.sha256(b"\x00" + _canonical({name: row[name] for name in FIELDS})).digest() for row in rows
    ]
    seal = {
        "number": number,
        "count": len(rows),
        "root": _root(leaves),
        "previous": previous,
        "sealed_at": max(row["at"] for row in rows),
    }
    made = hashlib.sha256(_canonical(seal)).hexdigest()
    seal |= {"hash": made, "mark": _mark(f"{number} {made}"), "leaves": b"".join(leaves)}
    connection.execute(
        sa.text(
            "INSERT INTO audit_seals (number, count, root, previous, sealed_at, hash, mark, leaves)"
            " VALUES (:number, :count, :root, :previous, :sealed_at, :hash, :mark, :leaves)"
        ),
        seal,
    )
    connection.execute(
        sa.text("UPDATE audit SET seal = :seal, position = :position WHERE id = :id"),
        [{"seal": number, "position": place, "id": row["id"]} for place, row in enumerate(rows)],
    )
    return made


def _canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _root(leaves):
    level = leaves
    while len(level) > 1:
        above = [
            hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)
        ]
        level = above + level[len(above) * 2 :]
    return level[0].hex()


def _mark(text):
    master = read_master_keys(current_app.extensions["settings"].secrets.master_key)[0]
    key = hmac.new(master.secret, b"key of marks", hashlib.sha256).digest()
    return (
        f"{master.id}.{hmac.new(key, b'audit seal' + bytes(1) + text.encode(), hashlib.sha256).hexdigest()}"
    )


def downgrade() -> None:
    """Records are numbered anew, without gaps and in the order of their seals, and chained one by one.

    Attempts of networks are forgotten, their locks are kept.
    """
    op.drop_table("network_attempts")
    connection = op.get_bind()
    counted = connection.execute(sa.text("SELECT number FROM counted WHERE id = 1")).scalar()
    op.create_table(
        "audit_chained",
        sa.Column("number", ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_chained"),
    )
    number, link, counted_number = 0, "", 0
    for rows in _by_seal(connection):
        batch = []
        for row in rows:
            number += 1
            content = [row[name] for name in FIELDS[1:]]
            text = json.dumps([link, number, *content], ensure_ascii=False)
            link = hashlib.sha256(text.encode()).hexdigest()
            batch.append({"number": number, "hash": link} | {name: row[name] for name in FIELDS[1:]})
        _insert_chained(connection, batch)
        if rows[0]["seal"] is not None and rows[0]["seal"] <= (counted or 0):
            counted_number = number
    op.drop_table("audit")
    op.rename_table("audit_chained", "audit")
    if connection.dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_audit_chained RENAME TO pk_audit")
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_subject", "audit", ["subject"])
    connection.execute(sa.text("UPDATE counted SET number = :n WHERE id = 1"), {"n": counted_number})
    op.drop_table("audit_seals")
    with op.batch_alter_table("audit_head", schema=None) as batch_op:
        for name in ("purged_mark", "verified_number", "verified_hash", "verified_mark"):
            batch_op.drop_column(name)
        batch_op.alter_column("purged_number", new_column_name="floor_number", existing_type=ID)
        batch_op.alter_column("purged_hash", new_column_name="floor_hash", existing_type=sa.String(length=64))
    connection.execute(
        sa.text(
            "UPDATE audit_head SET number = :number, hash = :hash, floor_number = 0, floor_hash = '' WHERE id = 1"
        ),
        {"number": number, "hash": link},
    )


def _by_seal(connection):
    """The records of each seal, in their order; then those that are not sealed, at most BATCH at a time."""
    columns = f"SELECT {', '.join(FIELDS)}, seal FROM audit"
    for (seal,) in connection.execute(
        sa.text("SELECT DISTINCT seal FROM audit WHERE seal IS NOT NULL ORDER BY 1")
    ).all():
        statement = sa.text(f"{columns} WHERE seal = :seal ORDER BY position, id")
        yield connection.execute(statement, {"seal": seal}).mappings().all()
    statement = sa.text(f"{columns} WHERE seal IS NULL AND id > :last ORDER BY id LIMIT {BATCH}")
    last = -1
    while rows := connection.execute(statement, {"last": last}).mappings().all():
        yield rows
        last = rows[-1]["id"]


def _insert_chained(connection, rows):
    names = ("number", *FIELDS[1:], "hash")
    columns, values = ", ".join(names), ", ".join(f":{name}" for name in names)
    connection.execute(sa.text(f"INSERT INTO audit_chained ({columns}) VALUES ({values})"), rows)
