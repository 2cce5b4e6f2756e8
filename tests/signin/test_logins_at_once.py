"""Fifty people at the same time wait for no row of one another, by PostgreSQL's own log of waits: sign-in, forms, codes."""

import re
import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select

from bench.academy.lock_log import LockLog
from idp.database.engine import reading
from idp.limits.storage.rate_limits import RateLimit
from idp.passwords.hashing import HashingPool
from idp.signin import authentication
from tests.actors.device import APP
from tests.actors.relying_party import RelyingParty
from tests.actors.visitor import SMS, Visitor
from tests.actors.world import World
from tests.at_once import at_once
from tests.conftest import NOON
from tests.databases import lent

PEOPLE = 50
SCHOOL = "203.0.113.7"


@pytest.fixture
def database_url() -> Iterator[str]:
    """SQLite has one writer at a time, whatever the rows."""
    with lent("postgresql") as url:
        yield url


@pytest.fixture(autouse=True)
def long_queue(app: Flask) -> None:
    """Nobody is refused for want of a hash: rows are the subject."""
    configured = app.extensions["settings"].hashing
    app.extensions["hashing"] = HashingPool(configured.model_copy(update={"waiting": PEOPLE}))


@pytest.fixture
def lock_log(database_url: str) -> Iterator[LockLog]:
    log = LockLog(database_url)
    yield log
    log.close()


def test_a_wait_for_a_row_is_seen(lock_log: LockLog, database_url: str) -> None:
    """What finds no wait must be able to find one."""
    address = database_url.replace("+psycopg", "")
    with psycopg.connect(address) as first, psycopg.connect(address) as second:
        first.execute("UPDATE audit_head SET number = number")
        waiting = threading.Thread(target=second.execute, args=("UPDATE audit_head SET number = number",))
        waiting.start()
        lock_log.until("audit_head")
        first.rollback()
        waiting.join()
        second.rollback()
    assert set(re.findall(r'relation "(\w+)"', lock_log.read())) == {"audit_head"}


@pytest.mark.parametrize("school", [False, True], ids=["at home", "in one school"])
def test_fifty_logins_wait_for_no_row_of_one_another(
    app: Flask, contextless: World, lock_log: LockLog, school: bool
) -> None:
    people = [contextless.guardian(username=f"c.durand{number}") for number in range(PEOPLE)]

    def sign_in(number: int) -> None:
        address = SCHOOL if school else f"203.{number}.113.7"
        with app.app_context():
            authentication.sign_in(people[number].username, people[number].password, address, "Firefox", NOON)

    at_once(app, sign_in, PEOPLE)
    assert lock_log.waits() == []


@pytest.mark.parametrize("school", [False, True], ids=["at home", "in one school"])
def test_fifty_people_at_the_pages_wait_for_no_row_of_one_another(
    app: Flask, contextless: World, lock_log: LockLog, school: bool
) -> None:
    people = [contextless.guardian(username=f"c.durand{number}") for number in range(PEOPLE)]
    visitors = [Visitor(app) for _ in people]
    for number, visitor in enumerate(visitors):
        visitor.browser.environ_base["REMOTE_ADDR"] = SCHOOL if school else f"203.{number}.113.7"
        visitor.opens("/account").fills(profile="responsable")

    def sign_in(number: int) -> int:
        person = people[number]
        return visitors[number].fills(username=person.username, password=person.password).status

    assert set(at_once(app, sign_in, PEOPLE)) == {200}
    assert all("/account" in visitor.path for visitor in visitors)
    assert lock_log.waits() == []


@pytest.mark.settings(sms=SMS)
@pytest.mark.parametrize(
    ("path", "field", "value", "status", "rows"),
    [
        ("/recovery/password", "username", "c.durand{0}", 200, 2),
        ("/recovery/username", "contact", "c.durand{0}@example.org", 200, 2),
        ("/activation", "contact", "06 11 22 33 {0:02}", 200, 2),
        ("/activation", "contact", "nonsense", 422, 4),
        ("/device", "user_code", "BCDF-GHJK", 400, 2),
    ],
    ids=["lost password", "lost username", "first login", "stored answer", "code of a device"],
)
def test_fifty_forms_of_one_school_wait_for_no_row_of_one_another(
    app: Flask,
    contextless: World,
    lock_log: LockLog,
    path: str,
    field: str,
    value: str,
    status: int,
    rows: int,
) -> None:
    """Each is counted as a sent form, and a refusal that is shown again as a stored answer: for its address and its network."""
    for number in range(PEOPLE):
        contextless.guardian(username=f"c.durand{number}")
    visitors = [Visitor(app) for _ in range(PEOPLE)]
    for visitor in visitors:
        visitor.browser.environ_base["REMOTE_ADDR"] = SCHOOL
        visitor.opens(path)

    def sends(number: int) -> int:
        return visitors[number].fills(**{field: value.format(number)}).status

    assert set(at_once(app, sends, PEOPLE)) == {status}
    assert _counted(app) == rows * PEOPLE, status
    assert lock_log.waits() == []


def test_fifty_devices_and_pushed_requests_of_one_school_wait_for_no_row_of_one_another(
    app: Flask, contextless: World, lock_log: LockLog
) -> None:
    """Of an app and a page without a secret, counted by address; and of a service with one, counted by client."""
    device = contextless.relying_party(**APP)
    page = RelyingParty(app, contextless.relying_party(token_endpoint_auth_method="none"), app.test_client())
    portal = RelyingParty(app, contextless.relying_party(), app.test_client())
    requests: list[Callable[[], int]] = [
        lambda: _posts(app, "/device_authorization", {"client_id": device.client_id, "scope": "openid"}),
        lambda: _posts(app, "/par", page.parameters(client_id=page.client_id)),
        lambda: _posts(app, "/par", portal.parameters(), portal.credentials),
    ]
    for send in requests:
        assert set(at_once(app, lambda _, send=send: send(), PEOPLE)) <= {200, 201}  # type: ignore[misc]
    assert _counted(app) == (2 + 2 + 1) * PEOPLE
    assert lock_log.waits() == []


def _posts(app: Flask, path: str, form: dict[str, str], headers: dict[str, str] | None = None) -> int:
    client = app.test_client()
    return client.post(path, data=form, headers=headers, environ_base={"REMOTE_ADDR": SCHOOL}).status_code


def _counted(app: Flask) -> int:
    with app.app_context():
        return int(reading().execute(select(func.sum(RateLimit.taken))).scalar_one())
