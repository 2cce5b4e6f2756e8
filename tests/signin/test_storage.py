"""Rows of sessions, on either engine."""

import pytest

from idp.database.engine import reading
from idp.signin.storage import sessions
from tests.actors.world import World


@pytest.mark.both_engines
def test_a_session_has_its_sid_under_its_digest(world: World) -> None:
    mother, father = world.session(world.guardian()), world.session(world.guardian("Paul"))
    assert sessions.sid_of(reading(), mother.digest) == mother.sid
    assert sessions.sid_of(reading(), father.digest) == father.sid
