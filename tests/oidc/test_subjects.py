"""Subjects are permanent: pinned values (a change would make every service lose its users), and no reuse."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select

from idp.accounts import close
from idp.console import personal_data
from idp.database.engine import reading, transaction
from idp.imports import lifecycle
from idp.imports.rules.records import PupilRecord
from idp.passwords.hashing import hashing_pool
from idp.people.accounts import find
from idp.people.storage.tables import Account, Guardianship, Person, SourceRecord
from idp.services.rules.subjects import ine_hash, pairwise_subject
from idp.worker.housekeeping import housekeeping
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.world import PASSWORD, Someone, World
from tests.conftest import NOON, Clock
from tests.imports.exports import export, files_of, link, person, pupil

KEY = b"a key that never changes, of 32+ bytes"


def test_pinned_values() -> None:
    table = {
        (
            "pronote.example",
            "0123456789abcdef0123456789abcdef",
        ): "MpTBfmY2P4FvSi1KXsP2OvbbJJ7iuPM4JamNLKbvFlo",
        (
            "portail.example",
            "0123456789abcdef0123456789abcdef",
        ): "nNn7YX9ptJ36v6cBCiNY-QHm3Ni1bWKziCfIimZzTjo",
        (
            "pronote.example",
            "ffffffffffffffffffffffffffffffff",
        ): "fTdXIv4w0-X-HpK6MZISzNkWeRfuKr-KZKwaF_ls3b0",
    }
    assert {arguments: pairwise_subject(KEY, *arguments) for arguments in table} == table
    assert (
        ine_hash(KEY, "pronote.example", "123456789AB")
        == "54961a749608c8d87749b1af8360aa562a5f3e822ae447755c1394afb1797c97"
    )


def test_the_hash_of_an_ine_never_equals_a_subject() -> None:
    assert pairwise_subject(KEY, "a", "b") != ine_hash(KEY, "a", "b")


class School:
    """A school's base with changing people, and their subs at two services."""

    def __init__(self, app: Flask, world: World, clock: Clock) -> None:
        self.app, self.world, self.clock = app, world, clock
        self.services = [world.relying_party(subject_type=kind) for kind in ("pairwise", "public")]

    def imports(self, *pupils: PupilRecord, year: int = 2026) -> None:
        """The base as it is today: these pupils, each with a parent of the same name as all others."""
        persons = tuple(person(f"1{child.source_id}", mobile=None, contact_mail=None) for child in pupils)
        links = tuple(link(child.source_id, f"1{child.source_id}") for child in pupils)
        exported = export(pupils, persons, links, year=year)
        with self.app.app_context():
            lifecycle.write(files_of(exported), self.clock(), "test", many_may_leave=True)

    def newest(self, kind: str) -> Someone:
        """Who came last, with an account that is open."""
        with self.app.app_context():
            statement = select(Account.id, Account.person_id, Account.username).join(
                Person, Person.id == Account.person_id
            )
            row = reading().execute(statement.where(Person.kind == kind).order_by(Account.id.desc())).first()
            hashed = hashing_pool().hash(PASSWORD)
        assert row is not None
        someone = Someone(*row, PASSWORD)
        moments = dict.fromkeys(
            ("password_changed_at", "identity_proved_at", "mail_verified_at"), self.clock()
        )
        self.world.set_account(someone, state="active", password_hash=hashed, mail="a@example.org", **moments)
        return someone

    def seen_as(self, someone: Someone) -> list[str]:
        """The subs of a person at each service."""
        with self.app.app_context():
            browser = signed_in_browser(self.world, someone)
        parties = [RelyingParty(self.app, service, browser) for service in self.services]
        return [party.userinfo(party.tokens()["access_token"]).get_json()["sub"] for party in parties]


@pytest.fixture
def base(app: Flask, contextless: World, clock: Clock) -> School:
    return School(app, contextless, clock)


LEA = pupil("1")
NAMESAKE = pupil("2", birth_date="2014-09-01")
"""Another child of the same name, whose parent has the same name too."""


def is_not_in_the_base_any_more(base: School, *people: Someone) -> None:
    base.imports(pupil("3", first_name="Tom", family_name="Petit"))


def is_closed(base: School, *people: Someone) -> None:
    with base.app.app_context():
        for username in people:
            close.close(find(username.username), "test", base.clock())


def is_erased_on_request(base: School, *people: Someone) -> None:
    is_not_in_the_base_any_more(base)
    with base.app.app_context():
        for someone in people:
            personal_data.erase(base.world.facts(someone), "Demande du 3 mai", "test", base.clock())


def is_erased_by_the_worker(base: School, *people: Someone) -> None:
    is_not_in_the_base_any_more(base)
    base.clock.advance(366 * 86400)
    with base.app.app_context():
        housekeeping(base.clock())
        usernames = {base.world.facts(someone).username for someone in people}
    assert usernames == {f"erased-{someone.account}" for someone in people}


@pytest.mark.parametrize(
    "goes",
    [is_not_in_the_base_any_more, is_closed, is_erased_on_request, is_erased_by_the_worker],
    ids=lambda goes: goes.__name__,
)
def test_a_newcomer_of_the_same_name_gets_another_subject(base: School, goes: Callable[..., None]) -> None:
    """CVE-2026-55670: neither a sub nor a username passes from one human being to another."""
    base.imports(LEA)
    child, parent = base.newest("pupil"), base.newest("guardian")
    before = [base.seen_as(someone) for someone in (child, parent)]
    goes(base, child, parent)
    later = 2027 if base.clock() > NOON else 2026
    base.imports(NAMESAKE, *([LEA] if goes is is_closed else []), year=later)
    new_child, new_parent = base.newest("pupil"), base.newest("guardian")
    after = [base.seen_as(someone) for someone in (new_child, new_parent)]
    usernames = [someone.username for someone in (child, parent, new_child, new_parent)]
    assert len({*usernames}) == 4 and len({sub for subs in (*before, *after) for sub in subs}) == 8
    with base.app.app_context():
        subjects = set(reading().execute(select(Account.subject)).scalars())
    assert {subs[1] for subs in (*before, *after)} <= subjects, "what was given stays on record"


def test_the_number_of_a_deleted_account_is_not_reused(base: School) -> None:
    """Even if rows are deleted some day, by a tool or by hand: a number is not given again."""
    base.imports(LEA)
    gone = base.newest("guardian")
    with base.app.app_context(), transaction() as tx:
        tx.execute(delete(Guardianship))
        tx.execute(delete(Account).where(Account.id == gone.account))
        tx.execute(delete(SourceRecord).where(SourceRecord.person_id == gone.person))
        tx.execute(delete(Person).where(Person.id == gone.person))
    base.imports(LEA, NAMESAKE)
    with base.app.app_context():
        accounts = set(reading().execute(select(Account.id)).scalars())
        people = set(reading().execute(select(Person.id)).scalars())
    assert gone.account not in accounts and gone.person not in people


def test_a_person_who_returns_has_the_same_subject(base: School) -> None:
    base.imports(LEA)
    child = base.newest("pupil")
    before = base.seen_as(child)
    is_not_in_the_base_any_more(base)
    base.clock.advance(60)
    base.imports(LEA)
    assert base.seen_as(child) == before
