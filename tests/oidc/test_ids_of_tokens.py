"""Codes and tokens begin with the id of their row; the rest is the secret. Those of earlier versions stay valid."""

import re
import secrets

import pytest
from sqlalchemy import insert, select, update

from idp.crypto.opaque_tokens import digest, new_token
from idp.crypto.ordered_ids import id_in, new_id, new_token_of
from idp.database.engine import db, reading, transaction
from idp.oidc.storage.tables import AccessToken, Grant, RefreshFamily
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.world import World
from tests.conftest import NOON

SECRET = "s" * 43


@pytest.fixture
def portal(world: World) -> RelyingParty:
    return RelyingParty(world.app, world.relying_party(), signed_in_browser(world, world.guardian()))


def test_an_id_shows_its_second_and_ids_sort_by_it() -> None:
    ids = [new_id(NOON + second) for second in (0, 1, 2, 86400, 10**9)]
    assert ids == sorted(ids) and len(set(ids)) == 5
    assert all(re.fullmatch(r"t[0-9a-f]{23}", row_id) for row_id in ids)
    assert int(ids[0][1:10], 16) == NOON
    assert new_id(NOON) > "f" * 32, "behind every random id of before"


def test_a_token_has_256_bits_besides_its_id() -> None:
    row_id = new_id(NOON)
    tokens = {new_token_of(row_id) for _ in range(50)}
    assert len(tokens) == 50 and {id_in(token) for token in tokens} == {row_id}
    assert all(len(token.partition(".")[2]) == 43 for token in tokens)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        SECRET,
        f"t{'0' * 22}.{SECRET}",
        f"t{'0' * 24}.{SECRET}",
        f"t{'0' * 22}G.{SECRET}",
        f"t{'0' * 22}\0.{SECRET}",
        f"T{'0' * 23}.{SECRET}",
        "eyJhbGciOiJFUzI1NiJ9.e30.c2ln",
        f"{'0' * 32}.{SECRET}",
    ],
)
def test_other_texts_have_no_id(text: str) -> None:
    assert id_in(text) is None


def test_the_id_alone_opens_nothing(world: World, portal: RelyingParty) -> None:
    code = portal.code(scope="openid offline_access")
    for forged in (f"{code[:24]}.{new_token()}", code[:24], f"{code[:24]}.", code + "x"):
        assert portal.redeem(forged).get_json()["error"] == "invalid_grant"
    tokens = portal.redeem(code).get_json()
    access, refresh = tokens["access_token"], tokens["refresh_token"]
    for forged in (f"{access[:24]}.{new_token()}", access[:24], access + "x"):
        assert portal.userinfo(forged).status_code == 401
        assert portal.introspect(forged) == {"active": False}
    assert portal.userinfo(access).status_code == 200
    assert id_in(access) != id_in(code) != id_in(refresh) != id_in(access)


def test_rows_have_the_ids_of_their_texts(world: World, portal: RelyingParty) -> None:
    code = portal.code(scope="openid offline_access")
    tokens = portal.redeem(code).get_json()
    with world.app.app_context():
        for column, text in (
            (Grant.id, code), (AccessToken.id, tokens["access_token"]), (RefreshFamily.id, tokens["refresh_token"]),
        ):  # fmt: skip
            assert id_in(text) in reading().execute(select(column)).scalars().all()
        stored = [
            str(value)
            for table in db.metadata.sorted_tables
            for row in reading().execute(select(table))
            for value in row
        ]
    for text in (code, *(tokens[name] for name in ("access_token", "refresh_token"))):
        assert text not in stored and text.partition(".")[2] not in stored


def test_a_code_and_tokens_of_before_stay_valid(world: World, portal: RelyingParty) -> None:
    """As the migration leaves them: random ids, a code without an id, an access token whose id is the head of its digest."""
    code, access = portal.code(scope="openid offline_access"), portal.tokens()["access_token"]
    old_code, old_access, grant = new_token(), new_token(), secrets.token_hex(16)
    with world.app.app_context(), transaction() as tx:
        row = dict(tx.execute(select(Grant.__table__).where(Grant.id == id_in(code))).mappings().one())
        tx.execute(insert(Grant).values(**row | {"id": grant, "code_digest": digest(old_code)}))
        tx.execute(
            update(AccessToken)
            .where(AccessToken.id == id_in(access))
            .values(id=digest(old_access)[:32], digest=digest(old_access))
        )
    assert portal.userinfo(access).status_code == 401
    assert portal.userinfo(old_access).status_code == 200
    assert portal.introspect(old_access)["active"] is True
    assert portal.revoke(old_access).status_code == 200
    assert portal.userinfo(old_access).status_code == 401
    tokens = portal.redeem(old_code).get_json()
    assert portal.userinfo(tokens["access_token"]).status_code == 200
    assert portal.redeem(old_code).get_json()["error"] == "invalid_grant"
    assert portal.userinfo(tokens["access_token"]).status_code == 401, (
        "a code presented again ends its tokens"
    )
    assert portal.redeem(code).status_code == 200, "another grant"


def test_a_refresh_token_of_before_is_replaced_within_its_family(world: World, portal: RelyingParty) -> None:
    refresh = portal.tokens(scope="openid offline_access")["refresh_token"]
    family = secrets.token_hex(16)
    old = f"{family}.{new_token()}"
    with world.app.app_context(), transaction() as tx:
        tx.execute(
            update(RefreshFamily)
            .where(RefreshFamily.id == id_in(refresh))
            .values(id=family, digest=digest(old))
        )
    successor = portal.refresh(old).get_json()["refresh_token"]
    assert successor.partition(".")[0] == family
    assert portal.refresh(successor).status_code == 200
