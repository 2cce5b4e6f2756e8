"""The migration to ids in the order of time: codes and tokens of before are found after it, and newer ones after its way back."""

import pytest
from flask_migrate import Migrate, downgrade, upgrade
from sqlalchemy import text

from idp.app import create_app
from idp.crypto.opaque_tokens import digest
from idp.crypto.ordered_ids import new_id, new_token_of
from idp.database import schema
from idp.database.engine import db
from tests.applications import Clock, settings_for
from tests.conftest import NOON
from tests.databases import store

OLD_CODE, OLD_TOKEN, GRANT = "c" * 43, "a" * 43, "f" * 32
_PEOPLE = (
    "INSERT INTO clients (client_id, metadata_json, status, registered_at, updated_at) VALUES ('c', '{}', 'active', 1, 1)",
    "INSERT INTO persons (id, kind, family_name, first_name, created_at, updated_at)"
    " VALUES (1, 'guardian', 'Durand', 'Claire', 1, 1)",
    "INSERT INTO accounts (id, person_id, username, subject, state, present, created_at, credentials_generation)"
    " VALUES (1, 1, 'c.durand', 's', 'active', true, 1, 0)",
)
_GRANT = (
    "INSERT INTO grants (id, code_digest, client_id, account_id, sid, redirect_uri, scope, asked_scope, auth_time, acr, amr,"
    " offline, issued_at, code_expires_at) VALUES (:id, :digest, 'c', 1, 's', 'u', 'openid', 'openid', 1, 'a', 'pwd', true,"
    " 1, 99999999999)"
)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_codes_and_tokens_are_found_on_both_sides(engine: str) -> None:
    app = create_app(settings_for(store(engine).empty()), Clock())
    grant = new_id(NOON)
    code, token = new_token_of(grant), new_token_of(new_id(NOON))
    with app.app_context():
        Migrate(app, db, directory=str(schema.MIGRATIONS), render_as_batch=True)
        upgrade(directory=str(schema.MIGRATIONS), revision="0018")
        with db.engine.begin() as connection:
            for statement in _PEOPLE:
                connection.execute(text(statement))
            connection.execute(text(_GRANT), {"id": GRANT, "digest": digest(OLD_CODE)})
            connection.execute(
                text(
                    "INSERT INTO access_tokens (digest, grant_id, scope, issued_at, expires_at)"
                    " VALUES (:digest, :grant, 'openid', 1, 99999999999)"
                ),
                {"digest": digest(OLD_TOKEN), "grant": GRANT},
            )
        schema.migrate()
        app.extensions["connections"].close()
        from idp.oidc.tokens.code_grant import _row_of
        from idp.oidc.tokens.grants import id_of_token

        with db.engine.begin() as connection:
            ids = connection.execute(text("SELECT id FROM access_tokens")).scalars().all()
            assert ids == [id_of_token(OLD_TOKEN, digest(OLD_TOKEN))]
            connection.execute(text(_GRANT), {"id": grant, "digest": digest(code)})
            connection.execute(
                text(
                    "INSERT INTO access_tokens (id, digest, grant_id, scope, issued_at, expires_at)"
                    " VALUES (:id, :digest, :grant, 'openid', 1, 99999999999)"
                ),
                {"id": id_of_token(token, digest(token)), "digest": digest(token), "grant": grant},
            )
        assert [_row_of(text_).grant_id for text_ in (OLD_CODE, code)] == [GRANT, grant]  # type: ignore[union-attr]
        assert _row_of("x" * 43) is None and _row_of(new_token_of(grant)) is None
        app.extensions["connections"].close()
        downgrade(directory=str(schema.MIGRATIONS), revision="0018")
        with db.engine.connect() as connection:
            for table, column, texts in (
                ("grants", "code_digest", (OLD_CODE, code)), ("access_tokens", "digest", (OLD_TOKEN, token)),
            ):  # fmt: skip
                digests = connection.execute(text(f"SELECT {column} FROM {table}")).scalars().all()
                assert sorted(digests) == sorted(digest(text_) for text_ in texts)
        db.engine.dispose()
