"""Closing of accounts, conditions of a merge, and approvals in the transaction of their act."""

import pytest
from flask import Flask
from sqlalchemy import insert, select

from idp.account import children
from idp.accounts import close, merge, reset
from idp.accounts.storage.endings import WAYS_IN
from idp.console import approvals
from idp.console.storage import erasure
from idp.console.storage.tables import Approval
from idp.database.engine import Model, reading, transaction
from idp.federation.storage.tables import FederatedIdentity
from idp.people.storage.tables import Account
from idp.refusals import Refusal
from tests.actors.world import Someone, World, waiting_messages

REASON = "La même mère, dit-elle"
DAY = 86400
STAY = {"sessions", "grants", "cas_tickets", "participants", "consents", "erasure_requests"}
"""They end with the account's credentials, and are kept for the record until they are purged; a request waits for its answer."""


def naming_an_account() -> set[str]:
    return {
        table.name
        for table in Model.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "accounts"
    }


def test_the_list_of_endings_names_every_table_that_names_an_account(app: Flask) -> None:
    ways_in = {table.__tablename__ for table in WAYS_IN}
    assert naming_an_account() - {"answers"} == ways_in | STAY
    assert {table.__tablename__ for table in erasure.OF_ACCOUNT} == ways_in | STAY


def linked(someone: Someone) -> None:
    row = {
        "issuer": "https://other.example",
        "subject": f"subject-{someone.account}",
        "account_id": someone.account,
        "linked_at": 1,
        "last_used_at": 1,
    }
    with transaction() as tx:
        tx.execute(insert(FederatedIdentity).values(row))


def identities() -> list[int]:
    return list(reading().execute(select(FederatedIdentity.account_id)).scalars())


@pytest.fixture
def pair(world: World) -> tuple[Someone, Someone]:
    remaining = world.guardian("Claire", "Durand", mail="claire@example.org")
    joined = world.guardian("Claire", "Durand", mail="other@example.org")
    for guardian in (remaining, joined):
        world.family(guardian, world.pupil(f"Léa{guardian.account}", "Durand"))
        linked(guardian)
    return remaining, joined


def test_every_ending_unlinks_the_provider_identity(
    app: Flask, world: World, pair: tuple[Someone, Someone]
) -> None:
    remaining, joined = pair
    third = world.guardian("Marc", "Roux")
    fourth = world.guardian("Anne", "Roux")
    for guardian in (third, fourth):
        linked(guardian)
    merge.merge(world.facts(remaining), world.facts(joined), REASON, "staff:1", world.clock())
    close.close(world.facts(third), "command", world.clock())
    close.close(world.facts(fourth), "staff:1", world.clock(), REASON)
    assert identities() == [remaining.account]


def test_joining_in_the_own_account_is_the_same_ending(
    app: Flask, world: World, pair: tuple[Someone, Someone]
) -> None:
    remaining, joined = pair
    session = world.session(remaining)
    children.join(session, joined.username, joined.password, "192.0.2.1", "browser", world.clock())
    assert identities() == [remaining.account]
    assert world.facts(joined).state == "closed"


class TestAMerge:
    def test_both_accounts_get_a_notice(
        self, app: Flask, world: World, pair: tuple[Someone, Someone]
    ) -> None:
        remaining, joined = pair
        merge.merge(world.facts(remaining), world.facts(joined), REASON, "staff:1", world.clock())
        notices = [
            mail for mail in waiting_messages("mail") if mail["facts"]["subject"].startswith("Vos deux")
        ]
        assert sorted(mail["to"] for mail in notices) == ["claire@example.org", "other@example.org"]
        assert all(joined.username in str(mail["facts"]) for mail in notices)

    @pytest.mark.parametrize(
        ("first", "more", "code"),
        [
            ("Marc", {}, "K36"),
            ("Claire", {"civility": "M."}, "K36"),
        ],
    )
    def test_contradicting_records_need_an_explicit_confirmation(
        self, app: Flask, world: World, first: str, more: dict[str, str], code: str
    ) -> None:
        remaining = world.guardian("Claire", "Durand", civility="MME")
        joined = world.guardian(first, "Durand", **more)
        remaining_facts, joined_facts = world.facts(remaining), world.facts(joined)
        assert merge.obstacle(remaining_facts, joined_facts) == code
        with pytest.raises(Refusal) as refused:
            merge.merge(remaining_facts, joined_facts, REASON, "staff:1", world.clock())
        assert refused.value.code == code
        merge.merge(remaining_facts, joined_facts, REASON, "staff:1", world.clock(), sure=True)
        assert world.facts(joined).state == "closed"

    def test_two_surnames_are_never_merged(self, app: Flask, world: World) -> None:
        durand, roux = world.guardian("Claire", "Durand"), world.guardian("Claire", "Roux")
        assert merge.obstacle(world.facts(durand), world.facts(roux), sure=True) == "K34"


def test_a_reset_by_command_sends_a_notice(app: Flask, world: World, pair: tuple[Someone, Someone]) -> None:
    reset.reset(world.facts(pair[0]), "command", world.clock())
    assert [mail["to"] for mail in waiting_messages("mail")] == ["claire@example.org"]


@pytest.mark.settings(console={"four_eyes": ["merge"], "approval_days": 14})
class TestAnApproval:
    def asked(self, world: World, pair: tuple[Someone, Someone]) -> int:
        payload = {"kept": pair[0].account, "joined": pair[1].account, "reason": REASON}
        assert not approvals.do_or_ask("merge", payload, "a + b", "staff:1", world.clock())
        return int(reading().execute(select(Approval.id)).scalar_one())

    def state(self) -> str:
        return str(reading().execute(select(Approval.state)).scalar_one())

    def test_a_refused_act_does_not_use_the_approval(
        self, app: Flask, world: World, pair: tuple[Someone, Someone]
    ) -> None:
        number = self.asked(world, pair)
        world.set_account(pair[1], second_factor_since=1)
        with pytest.raises(Refusal) as refused:
            approvals.agree(number, "staff:2", world.clock())
        assert (refused.value.code, self.state()) == ("K35", "asked")
        world.set_account(pair[1], second_factor_since=None)
        approvals.agree(number, "staff:2", world.clock())
        assert (self.state(), world.facts(pair[1]).state) == ("agreed", "closed")

    def test_the_requester_cannot_approve(
        self, app: Flask, world: World, pair: tuple[Someone, Someone]
    ) -> None:
        number = self.asked(world, pair)
        with pytest.raises(Refusal) as refused:
            approvals.agree(number, "staff:1", world.clock())
        assert (refused.value.code, world.facts(pair[1]).state) == ("K10", "active")

    def test_an_approval_lapses(self, app: Flask, world: World, pair: tuple[Someone, Someone]) -> None:
        number = self.asked(world, pair)
        now = world.clock()
        with transaction() as tx:
            assert approvals.lapse(tx, now + 14 * DAY - 1) == 0
        with pytest.raises(Refusal) as refused:
            approvals.agree(number, "staff:2", now + 14 * DAY)
        assert (refused.value.code, world.facts(pair[1]).state) == ("K03", "active")
        with transaction() as tx:
            assert approvals.lapse(tx, now + 14 * DAY) == 1
        assert self.state() == "lapsed"
        assert reading().execute(select(Account.id).where(Account.state == "closed")).all() == []
