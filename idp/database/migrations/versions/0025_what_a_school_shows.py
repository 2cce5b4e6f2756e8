"""A school's office, its brand, its note for families; the pieces of names by which a misspelt name is found.

Revision ID: 0025
Revises: 0024
"""

from itertools import islice

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BATCH = 2_000


def upgrade() -> None:
    with op.batch_alter_table("schools") as schools:
        schools.add_column(sa.Column("office_phone", sa.String(length=40), server_default="", nullable=False))
        schools.add_column(
            sa.Column("office_hours", sa.String(length=200), server_default="", nullable=False)
        )
        schools.add_column(sa.Column("office_mail", sa.String(length=254), server_default="", nullable=False))
        schools.add_column(
            sa.Column("office_address", sa.String(length=300), server_default="", nullable=False)
        )
        schools.add_column(sa.Column("first_steps_put_away_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "brands",
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=False),
        sa.Column("tint", sa.String(length=7), nullable=False),
        sa.Column("logo", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_brands")),
    )
    op.create_table(
        "brand_logos",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("mime", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_brand_logos")),
    )
    op.create_table(
        "family_notes",
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("text", sa.String(length=600), nullable=False),
        sa.Column("text_en", sa.String(length=600), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_family_notes")),
    )
    op.create_table(
        "name_words",
        sa.Column("word", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_name_words")),
    )
    op.create_table(
        "name_pieces",
        sa.Column("piece", sa.String(length=3), nullable=False),
        sa.Column("word", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("piece", "word", name=op.f("pk_name_pieces")),
    )
    _learn_present_names()


def _learn_present_names() -> None:
    """The words of everybody's names, once each, with their pieces (`idp/people/rules/near_names.py`)."""
    connection = op.get_bind()
    words_of = sa.text("SELECT family_folded FROM persons UNION SELECT first_folded FROM persons")
    words = iter(sorted({row[0] for row in connection.execute(words_of) if row[0]}))
    add_word = sa.text("INSERT INTO name_words (word) VALUES (:word)")
    add_piece = sa.text("INSERT INTO name_pieces (piece, word) VALUES (:piece, :word)")
    while batch := list(islice(words, BATCH)):
        connection.execute(add_word, [{"word": word} for word in batch])
        connection.execute(
            add_piece, [{"piece": piece, "word": word} for word in batch for piece in _pieces(word)]
        )


def _pieces(word: str) -> set[str]:
    marked = f"^{word}$"
    ends = {f"{word[0]}*{word[-1]}"} if 1 < len(word) <= 4 else set()
    return {marked[at : at + 3] for at in range(len(marked) - 2)} | ends


def downgrade() -> None:
    for table in ("name_pieces", "name_words", "family_notes", "brand_logos", "brands"):
        op.drop_table(table)
    with op.batch_alter_table("schools") as schools:
        for column in (
            "first_steps_put_away_at",
            "office_address",
            "office_mail",
            "office_hours",
            "office_phone",
        ):
            schools.drop_column(column)
