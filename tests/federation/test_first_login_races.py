"""First logins at the same moment, on both engines: one link, one post, one session each."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from idp.database.engine import reading
from idp.federation import departure, linking
from idp.federation.departure import Departure
from idp.federation.proved import Proved
from idp.federation.rules.assurance import Demand, Login
from idp.federation.storage.tables import FederatedIdentity
from idp.people.storage.tables import StaffPost
from idp.refusals import Refusal
from tests.actors.upstream import OpenIdUpstream
from tests.conftest import Clock, Serve
from tests.federation.academy import Academy, academy_with
from tests.federation.conftest import Lends

pytestmark = pytest.mark.both_engines

MEMBERS = {
    "profiles": ["personnel"],
    "match": "mail",
    "mail_domains": ["academie.example"],
    "rules": [{"profile": "personnel", "schools": ["0990001N"], "roles": ["secretary"]}],
}
TABS = 6


@pytest.fixture
def academy(database_url: str, clock: Clock, lends: Lends, serve_upstream: Serve) -> Academy:
    return academy_with(database_url, clock, lends, serve_upstream, OpenIdUpstream(**MEMBERS))


def proved(academy: Academy, subject: str) -> Proved:
    departure = Departure("academie", None, Demand(), academy.clock())
    attributes = {"email": ("paul@academie.example",)}
    login = Login(None, (), academy.clock())
    return Proved("academie", academy.upstream.issuer, subject, "token", None, attributes, login, departure)


def at_once(academy: Academy, subjects: list[str]) -> list[str]:
    """Sign in with each subject in a thread of its own: "session", or the code of the refusal."""
    together = Barrier(len(subjects))

    def sign_in(subject: str) -> str:
        with academy.app.app_context():
            together.wait(30)
            try:
                token = linking.sign_in(
                    proved(academy, subject), "browser", "192.0.2.7", "Test", academy.clock()
                )
            except Refusal as refusal:
                return refusal.code
            return "session" if token else "nothing"

    with ThreadPoolExecutor(len(subjects)) as threads:
        return sorted(threads.map(sign_in, subjects))


def test_one_answer_is_used_once_however_many_tabs_bring_it(academy: Academy) -> None:
    begun = proved(academy, "p1").departure
    together = Barrier(TABS)

    def bring(_tab: int) -> str:
        with academy.app.app_context():
            together.wait(30)
            try:
                departure.use("the state of one login", begun)
            except Refusal as refusal:
                return refusal.code
            return "used"

    with ThreadPoolExecutor(TABS) as threads:
        assert sorted(threads.map(bring, range(TABS))) == ["F04"] * (TABS - 1) + ["used"]


def count(academy: Academy, model: type) -> int:
    with academy.app.app_context():
        return int(reading().execute(select(func.count()).select_from(model)).scalar_one())


def test_one_identity_in_several_tabs_is_linked_once_and_opens_each(academy: Academy) -> None:
    academy.world.staff(contact_mail="paul@academie.example", role="teacher")
    before = count(academy, StaffPost)
    assert at_once(academy, ["p1"] * TABS) == ["session"] * TABS
    assert count(academy, FederatedIdentity) == 1
    assert count(academy, StaffPost) == before + 1, "the rule's post is given once"


def test_of_several_identities_with_one_value_the_first_alone_is_linked(academy: Academy) -> None:
    academy.world.staff(contact_mail="paul@academie.example", role="teacher")
    outcomes = at_once(academy, [f"p{number}" for number in range(TABS)])
    assert outcomes == ["F08"] * (TABS - 1) + ["session"]
    assert count(academy, FederatedIdentity) == 1
