"""Rows of logins through other providers: what is single-use is taken once, on either engine."""

import pytest

from idp.database.engine import reading, transaction
from idp.federation.storage import logins
from idp.upstream_saml.storage import metadata
from tests.actors.world import World

pytestmark = pytest.mark.both_engines

NOW = 1_795_000_000
ISSUER = "https://other.example"


def _waiting(token: str) -> dict[str, object]:
    return {
        "digest": token,
        "browser": "the browser",
        "provider": "other",
        "issuer": ISSUER,
        "subject": "somebody",
        "sealed_id_token": "sealed",
        "expires_at": NOW + 600,
    }


def test_a_waiting_identity_is_taken_once_in_its_own_browser(world: World) -> None:
    with transaction() as tx:
        logins.wait(tx, _waiting("first"))
        assert logins.take(tx, "first", "another browser", NOW) is None
        assert logins.take(tx, "first", "the browser", NOW + 600) is None
        assert logins.take(tx, "first", "the browser", NOW) == logins.Waiting(
            "other", ISSUER, "somebody", "sealed"
        )
        assert logins.take(tx, "first", "the browser", NOW) is None


def test_an_identity_waits_in_its_newest_row_alone(world: World) -> None:
    with transaction() as tx:
        logins.wait(tx, _waiting("first"))
        logins.wait(tx, _waiting("second"))
        assert logins.take(tx, "first", "the browser", NOW) is None
        assert logins.take(tx, "second", "the browser", NOW) is not None


def test_an_unlinked_identity_opens_no_account(world: World) -> None:
    account = world.guardian().account
    row = {
        "issuer": ISSUER,
        "subject": "somebody",
        "account_id": account,
        "linked_at": NOW,
        "last_used_at": NOW,
    }
    with transaction() as tx:
        logins.add_identity(tx, row)
        assert not logins.unlink(tx, account, "https://third.example")
        assert logins.account_of(tx, ISSUER, "somebody", NOW) == account
        assert logins.unlink(tx, account, ISSUER)
        assert logins.account_of(tx, ISSUER, "somebody", NOW) is None


def test_a_session_keeps_the_id_token_of_its_provider(world: World) -> None:
    row = {"sid": "the session", "provider": "other", "sealed_id_token": "sealed", "expires_at": NOW + 600}
    with transaction() as tx:
        logins.add_session(tx, row)
    assert logins.session(reading(), "the session") == ("other", "sealed")
    assert logins.session(reading(), "another session") is None


def test_a_logout_elsewhere_leads_back_once_and_in_time(world: World) -> None:
    back = "https://service.example/"
    with transaction() as tx:
        for state in ("in time", "too late"):
            logins.add_logout(tx, {"state": state, "back_to": back, "expires_at": NOW + 600})
        assert logins.signed_out(tx, "too late", NOW + 600) is None
        assert logins.signed_out(tx, "in time", NOW) == back
        assert logins.signed_out(tx, "in time", NOW) is None


def test_a_document_that_is_refused_leaves_the_former_one(world: World) -> None:
    with transaction() as tx:
        metadata.note_fault(tx, "academie", "unreachable", NOW)
        assert metadata.of(tx, "academie") == metadata.Fetched(None, None, NOW, "unreachable")
        metadata.take_over(tx, "academie", "<md/>", NOW + 60)
        metadata.note_fault(tx, "academie", "unreachable", NOW + 120)
    assert metadata.of(reading(), "academie") == metadata.Fetched("<md/>", NOW + 60, NOW + 120, "unreachable")
    assert metadata.of(reading(), "another") is None
