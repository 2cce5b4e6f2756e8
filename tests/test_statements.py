"""Statements join their tables: module-level statements are compiled here, others wherever a test runs them."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import ClauseElement, Executable, column, func, or_, select, table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SAWarning
from sqlalchemy.sql.compiler import COLLECT_CARTESIAN_PRODUCTS, WARN_LINTING

import idp
from idp.database.compiled import Prepared
from idp.people.storage.tables import Enrolment, Guardianship, Person
from tests.joined_tables import NotJoined

LINTING = COLLECT_CARTESIAN_PRODUCTS | WARN_LINTING
DIALECTS: list[Any] = [sqlite.dialect(), postgresql.dialect()]  # type: ignore[no-untyped-call]


def statements() -> Iterator[tuple[str, ClauseElement]]:
    """Every statement that stands at the level of a module of the provider."""
    for module in pkgutil.walk_packages(idp.__path__, "idp."):
        if ".migrations" in module.name or module.name in ("idp.wsgi", "idp.cli.__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            statement = value._statement if isinstance(value, Prepared) else value
            if isinstance(statement, Executable) and isinstance(statement, ClauseElement):
                yield f"{module.name}.{name}", statement


STATEMENTS = dict(statements())


def compiled(statement: ClauseElement) -> None:
    for dialect in DIALECTS:
        statement.compile(dialect=dialect, linting=LINTING)


def test_every_module_level_statement_is_checked() -> None:
    """A search that finds nothing would find nothing wrong."""
    assert len(STATEMENTS) > 150
    assert len({name.rpartition(".")[0] for name in STATEMENTS}) > 30


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_statement_has_a_cartesian_product(name: str) -> None:
    compiled(STATEMENTS[name])


def test_a_cartesian_product_is_detected_in_outer_and_inner_selects() -> None:
    first, second, third = (table(name, column("id")) for name in ("one", "other", "third"))
    product = select(first.c.id).where(second.c.id == 1)
    for statement in (product, select(third.c.id).where(third.c.id.in_(product))):
        with pytest.raises(SAWarning, match="cartesian product"):
            compiled(statement)


def test_a_table_that_was_meant_to_be_the_one_outside_is_seen_two_levels_down() -> None:
    """As the class of a letter was once chosen: the inner FROM held persons, and so any guardian's child."""
    children = select(Guardianship.pupil_id).where(Guardianship.guardian_id == Person.id)
    of_class = select(func.min(Enrolment.class_code)).where(
        or_(Enrolment.pupil_id == Person.id, Enrolment.pupil_id.in_(children))
    )
    with pytest.raises(NotJoined, match="persons"):
        compiled(select(Person.id, of_class.correlate(Person).scalar_subquery()))
    right = children.correlate(Person, Enrolment)
    of_class = select(func.min(Enrolment.class_code)).where(
        or_(Enrolment.pupil_id == Person.id, Enrolment.pupil_id.in_(right))
    )
    compiled(select(Person.id, of_class.correlate(Person).scalar_subquery()))
