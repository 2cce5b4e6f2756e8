"""Whether a session's code was redeemed, for the trial login."""

import pytest
from flask import Flask
from sqlalchemy import select

from idp.console.storage.trials import code_was_used
from idp.database.engine import reading
from idp.oidc.storage.tables import Grant
from tests.actors.relying_party import RelyingParty

pytestmark = pytest.mark.both_engines


def test_a_code_is_used_once_it_is_redeemed(app: Flask, portal: RelyingParty) -> None:
    code = portal.code()
    with app.app_context():
        sid, client = reading().execute(select(Grant.sid, Grant.client_id)).one()
        assert not code_was_used(reading(), sid, client)
    assert portal.redeem(code).status_code == 200
    with app.app_context():
        assert code_was_used(reading(), sid, client)
        assert not code_was_used(reading(), sid, "another")
