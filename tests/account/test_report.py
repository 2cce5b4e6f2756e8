"""The report on a person: everything that is stored, in words, for people and for machines."""

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import insert, select, update
from sqlalchemy.sql import visitors
from sqlalchemy.sql.schema import Column, Table

from idp import tables as every_table
from idp.accounts import reset
from idp.console.rules.record_words import ACTS
from idp.console.storage.tables import Delegation
from idp.database.engine import Model, reading, transaction
from idp.people.rules.accounts import State
from idp.people.storage.tables import Account, Person, School
from idp.privacy.report import report_on
from idp.privacy.rules import words
from idp.privacy.rules.report import GROUPS, Kind
from idp.privacy.rules.tables import EXPORTED, LEFT_OUT
from idp.privacy.storage.report_rows import STATEMENTS
from tests.account.full_account import fill
from tests.actors.account_holder import signed_in
from tests.actors.visitor import Visitor
from tests.actors.world import Someone, World
from tests.conftest import Clock

assert every_table


def columns_of(part: Any) -> set[tuple[str, str]]:
    """(table, column) of everything that a statement or expression names."""
    names = set()
    for element in visitors.iterate(part):
        for base in getattr(element, "base_columns", ()):
            if isinstance(getattr(base, "table", None), Table) and isinstance(base, Column):
                names.add((base.table.name, base.name))
            elif getattr(getattr(base, "table", None), "name", "") == "delegations":
                names.add(("delegations", base.name))
    return names


def shown_columns() -> set[tuple[str, str]]:
    return {
        name
        for statements in STATEMENTS.values()
        for statement in statements
        for column in statement.selected_columns
        for name in columns_of(column)
    }


def test_each_table_is_in_the_report_or_has_its_reason() -> None:
    assert not EXPORTED.keys() & LEFT_OUT.keys()
    assert EXPORTED.keys() | LEFT_OUT.keys() == Model.metadata.tables.keys()
    assert all(len(reason) > 10 for reason in LEFT_OUT.values())


def test_each_column_of_these_tables_is_in_the_report_or_named_as_left_out() -> None:
    shown = shown_columns()
    assert {table for table, _ in shown} == EXPORTED.keys() | {"persons", "schools"}
    for table, left_out in EXPORTED.items():
        columns = {column.name for column in Model.metadata.tables[table].columns}
        in_report = {column for name, column in shown if name == table}
        assert left_out <= columns, f"{table} has no {left_out - columns}"
        if table == "schools":
            assert "name" in in_report
            continue
        # What links rows is in the report by the name behind it.
        by_name = {"school_id"}
        assert columns - left_out - by_name == in_report - left_out, table


def test_each_column_of_a_statement_is_a_fact_of_its_group() -> None:
    groups = {group.key: {fact.key for fact in group.facts} for group in GROUPS}
    assert groups.keys() == STATEMENTS.keys()
    for key, statements in STATEMENTS.items():
        named = {column.key for statement in statements for column in statement.selected_columns}
        assert named == groups[key], key


def test_codes_have_words() -> None:
    assert words.STATES.keys() == set(State)
    about_accounts = {
        act
        for act in ACTS
        if act.split(".")[0] in ("account", "data", "guardianship", "mail", "letter", "erasure")
    }
    assert about_accounts <= words.ACTS.keys()
    assert all(ACTS.get(act, text) == text for act, text in words.ACTS.items())


@pytest.fixture
def claire(world: World) -> Someone:
    guardian = world.guardian("Claire", "Durand", username="c.durand", mobile="+33611111111", civility="MME")
    world.family(guardian, world.pupil("Léa", birth_date="2014-05-06"))
    return guardian


def facts_in(value: Any) -> list[tuple[str, Any]]:
    """(key, value) of every fact, however deep."""
    if isinstance(value, list):
        return [fact for entry in value for fact in facts_in(entry)]
    if isinstance(value, dict):
        return [fact for key, inner in value.items() for fact in ((key, inner), *facts_in(inner))]
    return []


MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$")
MOMENTS = {fact.key for group in GROUPS for fact in group.facts if fact.kind == Kind.MOMENT}


def test_the_file_for_machines_has_named_facts_and_moments_with_their_zone(
    app: Flask, world: World, claire: Someone
) -> None:
    visitor = signed_in(app, claire)
    with app.app_context():
        fill(world, claire)
    answer = visitor.browser.get("/account/data/file?form=json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="c.durand.json"'
    document = json.loads(answer.text)
    assert document["who_i_am"][0]["family_name"] == "Durand"
    assert document["who_i_am"][0]["mobile_known_to_the_school"] == "+33611111111", "E.164"
    assert document["my_family"][0]["name"] == "Léa Durand" and document["my_family"][0]["relation"] == "mère"
    for group in GROUPS:
        assert document[group.key], f"{group.key} is empty in a full account"
    for key, value in facts_in(document):
        assert not re.search(r"(^id$|_id$|digest|folded|hash|generation)", key), key
        if key in MOMENTS:
            assert MOMENT.match(value), (key, value)
        assert not isinstance(value, int) or isinstance(value, bool), f"{key}: {value} is a bare number"


def test_the_file_to_read_says_the_same_in_words(app: Flask, world: World, claire: Someone) -> None:
    visitor = signed_in(app, claire)
    with app.app_context():
        fill(world, claire)
    answer = visitor.browser.get("/account/data/file?form=html")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="c.durand.html"'
    text = answer.text
    assert "http://" not in text and "<script" not in text and "<link" not in text and "url(" not in text
    with app.test_request_context():
        report = report_on(world.facts(claire), world.clock())
    shown = [fact for group in report.groups for entry in group.entries for fact in entry]
    assert len(shown) > 60
    for fact in shown:
        assert not re.search(r"\b\d{9,}\b", fact.text), fact
        assert fact.label and fact.text
    assert "account:" not in text and "sign_in" not in text
    assert ">Madame<" in text and ">06 11 11 11 11<" in text and "+336" not in text


@pytest.mark.parametrize("form", ["html", "json"])
def test_no_file_contains_what_opens_the_account(
    app: Flask, world: World, claire: Someone, form: str
) -> None:
    visitor = signed_in(app, claire)
    with app.app_context():
        secrets = fill(world, claire)
        row = reading().execute(select(Account).where(Account.id == claire.account)).mappings().one()
    text = visitor.browser.get(f"/account/data/file?form={form}").text
    for secret in (*secrets, "argon2", str(dict(row).get("subject"))):
        assert secret not in text


def test_the_staff_is_named_by_role(app: Flask, world: World, claire: Someone) -> None:
    head = world.staff("Hélène", "Vasseur", "head")
    with app.app_context():
        reset.reset(world.facts(claire), world.facts(head).actor, world.clock())
    with app.test_request_context():
        document = report_on(world.facts(claire), world.clock()).for_machines()
    (record,) = document["what_others_did"]
    assert record["by"] == "Direction" and record["act"] == "Mot de passe provisoire donné"
    assert "Vasseur" not in json.dumps(document)


def test_nobody_else_is_in_the_report(app: Flask, world: World, claire: Someone) -> None:
    marc = world.guardian("Marc", "Petit")
    world.family(marc, world.pupil("Zoé", "Petit"))
    with app.app_context():
        fill(world, marc)
    signed_in(app, marc)
    with app.test_request_context():
        text = json.dumps(report_on(world.facts(claire), world.clock()).for_machines(), ensure_ascii=False)
    assert "Petit" not in text and "Zoé" not in text and "Marc" not in text


def test_the_report_is_in_the_language_of_its_reader(app: Flask, world: World, claire: Someone) -> None:
    with app.test_request_context(), force_locale("en"):
        report = report_on(world.facts(claire), world.clock())
        assert report.groups[0].title == "Who I am"
        (entry,) = report.groups[0].entries
        assert [fact.text for fact in entry if fact.key == "profile"] == ["guardian"]


def test_a_pupil_reads_of_their_guardians_and_a_colleague_of_lent_rights(
    app: Flask, world: World, claire: Someone, clock: Clock
) -> None:
    lea = world.pupil("Tom", "Durand")
    world.family(claire, lea)
    anne = world.staff("Anne", "Roy", "delegate")
    with app.app_context(), transaction() as tx:
        school = tx.execute(select(School.id)).scalar_one()
        tx.execute(
            insert(Delegation).values(
                school_id=school,
                person_id=anne.person,
                kinds="pupil guardian",
                since=clock(),
                until=clock() + 86400,
                given_by="account:1",
                given_at=clock(),
            )
        )
    with app.test_request_context():
        toms = report_on(world.facts(lea), clock()).for_machines()
        annes = report_on(world.facts(anne), clock()).for_machines()
    (link,) = toms["my_family"]
    assert (link["name"], link["is"]) == ("Claire Durand", "mon responsable")
    assert toms["my_school"][0]["class"] == "6 A"
    assert annes["rights_lent_to_me"][0]["profiles"] == ["élèves", "responsables"]
    assert annes["my_school"][0]["position"] == "Délégué"


def test_a_held_person_reads_the_reason(app: Flask, world: World, claire: Someone, clock: Clock) -> None:
    with app.app_context(), transaction() as tx:
        tx.execute(
            update(Person)
            .where(Person.id == claire.person)
            .values(hold_until=clock() + 86400, hold_reason="Procédure en cours")
        )
    with app.test_request_context():
        document = report_on(world.facts(claire), clock()).for_machines()
    assert document["who_i_am"][0]["reason_of_this_obligation"] == "Procédure en cours"


def test_the_download_is_on_record(app: Flask, claire: Someone) -> None:
    visitor = signed_in(app, claire)
    visitor.browser.get("/account/data/file?form=json")
    visitor.opens("/account/history?kind=account").sees("Données téléchargées")


def test_the_page_offers_both_files(app: Flask, claire: Someone) -> None:
    visitor: Visitor = signed_in(app, claire).opens("/account/data")
    visitor.sees("Un fichier à lire", "form=html", "form=json", "Demander l’effacement")
