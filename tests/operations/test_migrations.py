"""An upgrade keeps every row, on both engines; and a new database has what the models say."""

import hashlib
import json
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import Migrate, downgrade, upgrade
from sqlalchemy import Column, Connection, Text, inspect, text

from idp.app import create_app
from idp.database import schema
from idp.database.engine import db
from tests.conftest import Clock, fresh_database, settings_for
from tests.databases import store

pytestmark = pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_rows_of_the_first_version_live_on(engine: str) -> None:
    url = store(engine).empty()
    app = create_app(settings_for(url), Clock())
    with app.app_context():
        Migrate(app, db, directory=str(schema.MIGRATIONS), render_as_batch=True)
        upgrade(directory=str(schema.MIGRATIONS), revision="0001")
        with db.engine.begin() as connection:
            for statement in (
                "INSERT INTO persons (id, kind, family_name, first_name, created_at, updated_at)"
                " VALUES (1, 'guardian', 'Durand', 'Claire', 1, 1)",
                "INSERT INTO accounts (id, person_id, username, subject, state, mail, mail_verified_at,"
                " credentials_since, present, created_at)"
                " VALUES (1, 1, 'c.durand', 's', 'active', 'Claire@example.org', 1, 0, true, 1)",
                "INSERT INTO sessions (digest, sid, account_id, auth_time, amr, opened_at, seen_at, expires_at,"
                " address, browser_name) VALUES ('d', 'sid', 1, 1, 'pwd', 1, 1, 99999999999, '', '')",
            ):
                connection.execute(text(statement))
        schema.migrate()
        app.extensions["connections"].close()
        from idp.people.storage import contacts
        from idp.signin.storage import sessions

        with db.engine.connect() as connection:
            (owner,) = contacts.by_mail(connection, "claire@EXAMPLE.org")
            assert owner.username == "c.durand" and owner.mobile is None and not owner.has_second_factor
            row = sessions.find_session(connection, "d", 2, 100)
            assert row is not None and row.id == 1 and row.device_known and row.confirmed_at == 0
        db.engine.dispose()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
@pytest.mark.filterwarnings("ignore:autogenerate skipping")
def test_the_migrations_make_what_the_models_say(engine: str) -> None:
    app = create_app(settings_for(fresh_database(engine)), Clock())
    with app.app_context(), db.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), db.metadata)
    # Alembic cannot see SQLite's indexes over expressions.
    assert [change for change in differences if "ix_accounts_mail_folded" not in str(change)] == []


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_names_of_every_script_are_folded_anew(engine: str) -> None:
    app = create_app(settings_for(store(engine).empty()), Clock())
    with app.app_context():
        Migrate(app, db, directory=str(schema.MIGRATIONS), render_as_batch=True)
        upgrade(directory=str(schema.MIGRATIONS), revision="0006")
        with db.engine.begin() as connection:
            for number, family, first, erased in ((1, "Петренко", "Іван", None), (2, "–", "–", 5)):
                connection.execute(
                    text(
                        "INSERT INTO persons (id, kind, family_name, first_name, created_at, updated_at, erased_at)"
                        " VALUES (:id, 'guardian', :family, :first, 1, 1, :erased)"
                    ),
                    {"id": number, "family": family, "first": first, "erased": erased},
                )
        schema.migrate()
        app.extensions["connections"].close()
        with db.engine.connect() as connection:
            rows = connection.execute(text("SELECT family_folded, first_folded FROM persons ORDER BY id"))
            assert rows.all() == [("петренко", "іван"), ("", "")]
        downgrade(directory=str(schema.MIGRATIONS), revision="0006")
        db.engine.dispose()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_counts_of_tries_are_kept_as_long_as_any_may_be(engine: str) -> None:
    app, year = create_app(settings_for(store(engine).empty()), Clock()), 365 * 86400
    with app.app_context():
        Migrate(app, db, directory=str(schema.MIGRATIONS), render_as_batch=True)
        upgrade(directory=str(schema.MIGRATIONS), revision="0007")
        with db.engine.begin() as connection:
            for statement in (
                "INSERT INTO throttles (bucket, failures, last_at, locked_until) VALUES ('a', 3, 1000, 0),"
                f" ('b', 3, 1000, {2 * year})",
                "INSERT INTO sendings (id, bucket, sent_at) VALUES (1, 'a', 1000)",
            ):
                connection.execute(text(statement))
        schema.migrate()
        app.extensions["connections"].close()
        with db.engine.connect() as connection:
            rows = connection.execute(text("SELECT failures, forget_at FROM throttles ORDER BY bucket")).all()
            sent = connection.execute(text("SELECT forget_at FROM sendings")).scalar_one()
        assert [tuple(row) for row in rows] == [(3, 1000 + year), (3, 2 * year)] and sent == 4600
        downgrade(directory=str(schema.MIGRATIONS), revision="0007")
        with db.engine.connect() as connection:
            rows = connection.execute(text("SELECT last_at FROM throttles ORDER BY bucket")).all()
            sent = connection.execute(text("SELECT sent_at FROM sendings")).scalar_one()
        assert [row[0] for row in rows] == [1000, year] and sent == 1000
        db.engine.dispose()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_days_of_a_delegation_become_the_schools(engine: str) -> None:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    app = create_app(settings_for(store(engine).empty()), Clock())
    paris = ZoneInfo("Europe/Paris")
    since, until = (int(datetime(2026, 12, day, tzinfo=UTC).timestamp()) for day in (2, 21))
    with app.app_context():
        Migrate(app, db, directory=str(schema.MIGRATIONS), render_as_batch=True)
        upgrade(directory=str(schema.MIGRATIONS), revision="0004")
        with db.engine.begin() as connection:
            for statement in (
                "INSERT INTO schools (id, uai, name, degree, office) VALUES (1, '0990001N', 'T', '2d', 's')",
                "INSERT INTO persons (id, kind, family_name, first_name, created_at, updated_at)"
                " VALUES (1, 'staff', 'Roy', 'Anne', 1, 1)",
                "INSERT INTO delegations (id, school_id, person_id, kinds, since, until, given_by, given_at)"
                f" VALUES (1, 1, 1, 'pupil', {since}, {until}, 'account:1', 1),"
                f" (2, 1, 1, 'pupil', {since + 7}, {until}, 'account:1', 1)",
            ):
                connection.execute(text(statement))
        schema.migrate()
        app.extensions["connections"].close()
        with db.engine.connect() as connection:
            moved = connection.execute(text("SELECT since, until FROM delegations ORDER BY id")).all()
        db.engine.dispose()
    first, end = (int(datetime(2026, 12, day, tzinfo=paris).timestamp()) for day in (2, 21))
    assert [tuple(row) for row in moved] == [(first, end), (since + 7, end)]


def chained(connection: Connection, number: int, first: int = 1) -> None:
    """Records as they were chained one by one; those before `first` are purged."""
    link = purged = ""
    for index in range(1, number + 1):
        row = {
            "number": index, "at": 1000 + index, "act": "tést", "actor": "command", "subject": f"thing:{index}",
            "address": None, "detail": json.dumps({"n": index}),
        }  # fmt: skip
        text_ = json.dumps([link, *row.values()], ensure_ascii=False)
        link = hashlib.sha256(text_.encode()).hexdigest()
        if index < first:
            purged = link
            continue
        connection.execute(
            text(
                "INSERT INTO audit (number, at, act, actor, subject, address, detail, hash) VALUES"
                " (:number, :at, :act, :actor, :subject, :address, :detail, :hash)"
            ),
            {**row, "hash": link},
        )
    connection.execute(
        text("UPDATE audit_head SET number = :n, hash = :h, floor_number = :f, floor_hash = :g WHERE id = 1"),
        {"n": number, "h": link, "f": first - 1, "g": purged},
    )


def chain_holds(connection: Connection) -> bool:
    """As the version before verified it."""
    head = connection.execute(text("SELECT * FROM audit_head WHERE id = 1")).mappings().one()
    number, link = head["floor_number"], head["floor_hash"]
    for row in connection.execute(text("SELECT * FROM audit ORDER BY number")).mappings():
        content = [row[key] for key in ("number", "at", "act", "actor", "subject", "address", "detail")]
        made = hashlib.sha256(json.dumps([link, *content], ensure_ascii=False).encode()).hexdigest()
        if row["number"] != number + 1 or row["hash"] != made:
            return False
        number, link = row["number"], row["hash"]
    return (number, link) == (head["number"], head["hash"])


@pytest.mark.parametrize("damaged", [False, True])
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_chained_records_become_sealed_ones_and_chained_ones_again(
    engine: str, damaged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    from idp.audit import sealing, trail, verification
    from idp.audit.storage import chain, records
    from idp.database.engine import reading, transaction

    app = create_app(settings_for(store(engine).empty()), Clock())
    with app.app_context():
        Migrate(app, db, directory=str(schema.MIGRATIONS), render_as_batch=True)
        upgrade(directory=str(schema.MIGRATIONS), revision="0013")
        with db.engine.begin() as connection:
            chained(connection, 2105, first=3)
            connection.execute(text("INSERT INTO counted (id, number) VALUES (1, 1500)"))
            if damaged:
                connection.execute(text("UPDATE audit SET actor = 'x' WHERE number = 50"))
        schema.migrate()
        assert ("record 50" in caplog.text) is damaged
        counts_of = reading().execute(text("SELECT count, sealed_at FROM audit_seals ORDER BY number")).all()
        # What was counted ends with a seal, and each is as old as its newest record.
        assert [tuple(row) for row in counts_of] == [(1000, 2002), (498, 2500), (605, 3105)]
        assert reading().execute(text("SELECT number FROM counted")).scalar_one() == 2
        report = verification.verify()
        assert (report.faults, report.records, report.unsealed) == ((), 2103, 0)
        for _ in range(2):
            with transaction() as tx:
                trail.record(tx, 5000, "test", "command", "thing")
        assert records.search(reading(), records.Filters(), most=1).events[0].id == 2107
        sealing.seal_all(5000)
        with transaction() as tx:
            assert chain.purge(tx, 2400) == 1000
            trail.record(tx, 5000, "test", "command", "thing")
        assert verification.verify().faults == ()
        app.extensions["connections"].close()
        downgrade(directory=str(schema.MIGRATIONS), revision="0013")
        with db.engine.connect() as connection:
            assert chain_holds(connection)
            assert connection.execute(text("SELECT max(number) FROM audit")).scalar_one() == 1106
            assert connection.execute(text("SELECT number FROM counted")).scalar_one() == 498
        schema.migrate()
        assert verification.verify(everything=True).faults == ()
        app.extensions["connections"].close()
        db.engine.dispose()


def revisions() -> list[str]:
    """Every revision, the newest first."""
    return [revision.revision for revision in ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()]


def fill(connection: Connection, rows: int = 2) -> None:
    """Some rows in every table, each bound to those of the same number."""
    for table in db.metadata.sorted_tables:
        for number in range(1, rows + 1):
            connection.execute(table.insert().values({c.name: value_for(c, number) for c in table.columns}))


def value_for(column: Column[Any], number: int) -> object:
    """A value of the column's type, another for each number; `id` and what refers to one agree."""
    if column.foreign_keys:
        (referenced,) = column.foreign_keys
        return value_for(referenced.column, number)
    python = column.type.python_type
    if python is str:
        document = isinstance(column.type, Text) or column.name == "request"
        return "{}" if document else f"{number}{column.name}"[: column.type.length or 9]
    return {int: 1000 + number, bool: True, bytes: b"x"}[python]


def counts(connection: Connection) -> dict[str, int]:
    return {
        name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
        for name in inspect(connection).get_table_names()
        if name != "alembic_version"
    }


def shape(connection: Connection) -> dict[str, object]:
    """Columns, keys and indexes of every table, in no order; for SQLite also what numbers its rows for good."""
    shapes: dict[str, object] = {}
    looks = inspect(connection)
    for name in looks.get_table_names():
        columns = {(c["name"], str(c["type"]), c["nullable"]) for c in looks.get_columns(name)}
        keys = {(str(k["constrained_columns"]), k["referred_table"]) for k in looks.get_foreign_keys(name)}
        unique = {str(sorted(u["column_names"])) for u in looks.get_unique_constraints(name)}
        shapes[name] = columns, keys, unique, str(looks.get_pk_constraint(name)["constrained_columns"])
    if connection.dialect.name == "sqlite":
        made = connection.execute(text("SELECT type, name, sql FROM sqlite_master")).all()
        shapes["numbers"] = {name for _, name, sql in made if "AUTOINCREMENT" in (sql or "")}
        shapes["indexes"] = {name for kind, name, _ in made if kind == "index"}
    else:
        made = connection.execute(text("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")).all()
        shapes["indexes"] = {row[0] for row in made}
    return shapes


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
@pytest.mark.filterwarnings("ignore:autogenerate skipping")
def test_every_step_goes_down_and_up_again_with_its_rows(engine: str) -> None:
    app = create_app(settings_for(store(engine).empty()), Clock())
    with app.app_context():
        schema.migrate()
        app.extensions["connections"].close()
        migrations = str(schema.MIGRATIONS)
        with db.engine.begin() as connection:
            fill(connection)
            before, first = counts(connection), shape(connection)
        assert min(before.values()) >= 2
        for revision in revisions()[1:]:
            downgrade(directory=migrations, revision=revision)
            with db.engine.connect() as connection:
                left = counts(connection)
                # A step down may bring back a table that a later version has dropped: it is empty.
                assert left == {
                    name: (before | {"used_assertions": before["used_once"]}).get(name, 0) for name in left
                }, revision
        for revision in reversed(revisions()[:-1]):
            upgrade(directory=migrations, revision=revision)
            with db.engine.connect() as connection:
                again = counts(connection)
                assert again == {name: left.get(name, again[name]) for name in again}, revision
        with db.engine.connect() as connection:
            assert shape(connection) == first
        downgrade(directory=migrations, revision="base")
        with db.engine.connect() as connection:
            assert counts(connection) == {}
        schema.migrate()
        with db.engine.connect() as connection:
            assert shape(connection) == first
        db.engine.dispose()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_messages_that_wait_get_their_destination(engine: str) -> None:
    app = create_app(settings_for(store(engine).empty()), Clock())
    with app.app_context():
        Migrate(app, db, directory=str(schema.MIGRATIONS), render_as_batch=True)
        upgrade(directory=str(schema.MIGRATIONS), revision="0013")
        with db.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO clients (client_id, metadata_json, status, registered_at, updated_at)"
                    " VALUES ('c', :metadata, 'active', 1, 1)"
                ),
                {"metadata": '{"backchannel_logout_uri": "https://pronote.example/bye?x=1"}'},
            )
            row = text(
                "INSERT INTO outbox (kind, payload, created_at, next_attempt_at, attempts)"
                " VALUES (:kind, :payload, 1000, :next, :attempts)"
            )
            for kind, payload, attempts in (
                ("mail", "{}", 0),
                ("sms", "{}", 2),
                ("logout_notice", '{"client_id": "c"}', 0),
                ("logout_notice", '{"client_id": "gone"}', 0),
                ("session_ended", "{}", 0),
            ):
                values = {"kind": kind, "payload": payload, "next": 1000 + attempts, "attempts": attempts}
                connection.execute(row, values)
        schema.migrate()
        app.extensions["connections"].close()
        with db.engine.connect() as connection:
            rows = connection.execute(
                text("SELECT destination, next_attempt_at FROM outbox ORDER BY id")
            ).all()
        assert [tuple(line) for line in rows] == [
            ("mail", 0),
            ("sms", 1002),
            ("https://pronote.example", 0),
            ("worker", 0),
            ("worker", 0),
        ]
        downgrade(directory=str(schema.MIGRATIONS), revision="0013")
        with db.engine.connect() as connection:
            back = connection.execute(text("SELECT next_attempt_at FROM outbox ORDER BY id")).scalars().all()
        assert back == [1000, 1002, 1000, 1000, 1000]
        db.engine.dispose()
