"""Rows of the outbox, on either engine."""

import pytest

from idp.database.engine import reading, transaction
from idp.messages.storage import outbox
from tests.actors.due_messages import due
from tests.actors.world import World
from tests.conftest import NOON


@pytest.mark.both_engines
def test_messages_that_were_given_up_are_listed_with_their_reasons_the_newest_first(world: World) -> None:
    with transaction() as tx:
        for number, moment in enumerate((NOON - 60, NOON, NOON, NOON)):
            outbox.post(tx, "mail" if number % 2 else "sms", {"to": f"{number}@example.org"}, moment)
        for message in due(NOON)[:3]:
            claimed = outbox.claim(tx, message, NOON)
            assert claimed is not None
            outbox.refused(tx, claimed, f"reason {claimed.payload['to'][0]}", NOON, final=True)
    assert outbox.given_up(reading(), NOON - 1) == [("sms", "reason 2"), ("mail", "reason 1")]
    assert outbox.given_up(reading(), NOON) == []
