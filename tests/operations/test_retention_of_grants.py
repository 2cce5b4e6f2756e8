"""How long a grant and its refresh family are kept: as long as a rule needs them, and each is looked at once."""

import pytest

from idp.database.engine import transaction
from idp.durations import DAY, HOUR
from idp.messages.storage import outbox
from idp.oidc.rules.retention import GrantAge, review_of_family, review_of_grant
from idp.oidc.storage.tables import Grant, RefreshFamily
from idp.signin.sessions import SESSION_ENDED
from idp.worker.retention import delete_expired
from tests.actors.due_messages import due
from tests.actors.expired_rows import GRANT, Rows, count
from tests.actors.world import World


@pytest.fixture
def rows(world: World) -> Rows:
    return Rows(world)


class TestGrants:
    NOW = 100 * DAY

    @pytest.mark.parametrize(
        ("age", "later"),
        [
            (GrantAge(NOW - 9 * HOUR, False, None, None), None),
            (GrantAge(NOW - 9 * HOUR + 1, False, None, None), NOW + 1),
            (GrantAge(NOW - 9 * HOUR + 1, True, None, None), NOW + 1),
            (GrantAge(NOW - 9 * HOUR, False, None, NOW - 300), None),
            (GrantAge(NOW - 9 * HOUR, False, None, NOW - 299), NOW + 1),
            (GrantAge(NOW - 9 * HOUR, True, None, NOW + 60), None),
            (GrantAge(0, False, NOW + 7, NOW), NOW + 7 + DAY),
            (GrantAge(0, False, NOW - DAY, None), None),
            (GrantAge(0, True, NOW + 7, None), None),
        ],
    )
    def test_a_grant_is_kept_for_its_logout_and_its_tokens(self, age: GrantAge, later: int | None) -> None:
        assert review_of_grant(age, self.NOW, 8 * HOUR) == later

    @pytest.mark.parametrize(
        ("rotated", "expires", "later"),
        [
            (NOW - 2 * DAY, NOW + 9, None),
            (NOW - 2 * DAY + 1, NOW + 9, NOW + 1),
            (NOW, NOW - DAY, None),
            (NOW, NOW - DAY + 1, NOW + 1),
        ],
    )
    def test_a_family_is_kept_while_its_token_can_be_used(
        self, rotated: int, expires: int, later: int | None
    ) -> None:
        assert review_of_family(rotated, expires, self.NOW, DAY) == later

    @pytest.mark.both_engines
    def test_a_grant_that_is_needed_is_looked_at_once(self, rows: Rows) -> None:
        rows.add_families(40, age=-DAY, rotated_at=rows.now)
        rows.add(GRANT, 5, age=0)
        assert delete_expired(rows.now)["grants"] == 45
        assert not delete_expired(rows.now)
        assert count(Grant) == 46 and count(RefreshFamily) == 40

    @pytest.mark.both_engines
    def test_a_grant_goes_with_its_unused_family(self, rows: Rows) -> None:
        rows.add_families(3, age=-80 * DAY, rotated_at=rows.now)
        delete_expired(rows.now)
        assert not delete_expired(rows.now + 15 * DAY - 1)
        assert delete_expired(rows.now + 15 * DAY)["refresh_families"] == 3
        assert count(Grant) == 1

    @pytest.mark.both_engines
    def test_no_grant_goes_while_the_end_of_a_session_waits(self, rows: Rows) -> None:
        rows.add(GRANT, 2)
        with transaction() as tx:
            outbox.post(tx, SESSION_ENDED, {"sid": "sid"}, rows.now - HOUR)
        assert not delete_expired(rows.now)
        with transaction() as tx:
            outbox.delivered(tx, due(rows.now), rows.now)
        assert delete_expired(rows.now)["grants"] == 2
