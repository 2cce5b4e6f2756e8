"""The words of people's names and their pieces, by which a misspelt name is found: written by the acts that write names."""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from idp.database.chunks import chunks
from idp.database.upserts import insert_into
from idp.people.rules.near_names import pieces, searched_pieces
from idp.people.storage.tables import NamePiece, NameWord, Person

_is_borne = select(Person.id).where(Person.family_folded == bindparam("word")).limit(1)
_is_first = select(Person.id).where(Person.first_folded == bindparam("word")).limit(1)
_sharing = (
    select(NamePiece.word)
    .where(NamePiece.piece.in_(bindparam("pieces", expanding=True)))
    .group_by(NamePiece.word)
    # A long word shares much by chance.
    .order_by((2 * func.count() - func.length(NamePiece.word)).desc(), NamePiece.word)
    .limit(bindparam("most"))
)


def learn(tx: Connection, words: Iterable[str]) -> None:
    """Add the words that nobody bore before. In their order, so that two imports do not wait for each other in a circle."""
    new = insert_into(tx.dialect.name, NameWord).on_conflict_do_nothing().returning(NameWord.word)
    for batch in chunks(sorted({word for word in words if word})):
        added = tx.execute(new, [{"word": word} for word in batch]).scalars().all()
        if added:
            rows = [{"piece": piece, "word": word} for word in added for piece in sorted(pieces(word))]
            tx.execute(insert(NamePiece), rows)


def forget(tx: Connection, words: Collection[str]) -> None:
    """Remove the words of a person who was erased, except those that somebody else bears."""
    for word in sorted({word for word in words if word}):
        if any(tx.execute(borne, {"word": word}).first() for borne in (_is_borne, _is_first)):
            continue
        tx.execute(delete(NamePiece).where(NamePiece.piece.in_(sorted(pieces(word))), NamePiece.word == word))
        tx.execute(delete(NameWord).where(NameWord.word == word))


def sharing(connection: Connection, typed: str, most: int = 200) -> list[str]:
    """The words that share most pieces with a typed one, the most likely first."""
    parameters = {"pieces": sorted(searched_pieces(typed)), "most": most}
    return list(connection.execute(_sharing, parameters).scalars())
