"""Databases and applications of tests are reset before each test; and the engine of a test is drawn."""

from types import SimpleNamespace

import hypothesis
import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.world import World
from tests.applications import Clock, Loan, settings_for
from tests.databases import lent
from tests.distribution import (
    SECONDS,
    WAIT,
    WAITING,
    WORKING,
    is_for_waiting_alone,
    measured,
    ordered,
    unit_of,
)
from tests.engines import ENGINES, ROOT, drawn

CONTENT = {
    "persons": "SELECT count(*) FROM persons",
    "keys": "SELECT count(*) FROM signing_keys",
    "generation": "SELECT value FROM generations WHERE name = 'registry'",
    "record": "SELECT count(*) FROM audit",
}


def content(url: str) -> dict[str, int]:
    engine = create_engine(url)
    with engine.connect() as connection:
        counts = {name: int(connection.execute(text(sql)).scalar_one()) for name, sql in CONTENT.items()}
    engine.dispose()
    return counts


@pytest.mark.parametrize("engine", ENGINES)
def test_a_used_database_is_reset_to_the_template(engine: str) -> None:
    numbers, seen = [], []
    for _ in range(2):
        with lent(engine) as url:
            seen.append((url, content(url)))
            loan = Loan(settings_for(url), Clock())
            with loan.app.app_context():
                world = World(loan.app, Clock())
                numbers.append((world.guardian().account, world.pupil().account))
                world.relying_party()
            loan.end()
            assert content(url) != seen[-1][1]
    assert seen[0] == seen[1] and numbers[0] == numbers[1]
    assert seen[0][1]["persons"] == 0 and seen[0][1]["keys"] > 0


def test_what_still_has_a_database_open_reaches_nothing_of_its_next_use() -> None:
    with lent("postgresql") as url:
        left = psycopg.connect(url.replace("+psycopg", ""))
        left.execute("SELECT 1 FROM persons FOR UPDATE")
    with lent("postgresql") as again:
        assert again == url
        with pytest.raises(psycopg.OperationalError):
            left.execute("SELECT 1")
        left.close()


def test_an_application_is_lent_again_unless_a_test_has_changed_it() -> None:
    with lent("sqlite") as url:
        settings = settings_for(url, service={"name": "Lent and lent again"})
        loan = Loan(settings, Clock())
        first = loan.app
        first.extensions["registry"] = first.extensions["fetched"] = object()
        loan.end()
        clock = Clock(1)
        loan = Loan(settings, clock)
        assert loan.app is first and loan.app.extensions["clock"] is clock
        assert not loan.app.extensions.keys() & {"registry", "fetched"}
        loan.app.add_url_rule("/of-one-test", view_func=lambda: "here")
        loan.end()
        loan = Loan(settings, Clock())
        assert loan.app is not first
        loan.end()


def test_an_application_that_has_served_a_login_is_lent_again() -> None:
    """Making one takes as long as ten tests: what a request leaves behind must not count as a change."""
    with lent("sqlite") as url:
        settings, clock = settings_for(url), Clock()
        loan = Loan(settings, clock)
        first = loan.app
        with first.app_context():
            world = World(first, clock)
            party = RelyingParty(first, world.relying_party(), signed_in_browser(world, world.guardian()))
            assert party.tokens()["id_token"]
        for path in ("/jwks.json", "/help", "/nowhere", "/health/ready"):
            first.test_client().get(path)
        first.logger.info("as at a fault")
        loan.end()
        loan = Loan(settings, clock)
        assert loan.app is first
        loan.end()


def test_the_seed_alone_draws_the_engine_of_a_test() -> None:
    names = [f"tests/test_x.py::test_{number}" for number in range(400)]
    first, again, changed = ([drawn(name, seed) for name in names] for seed in ("a", "a", "b"))
    assert first == again != changed
    assert {first.count(engine) > 150 for engine in ENGINES} == {True}


def test_the_longest_units_run_first() -> None:
    units_measured = measured()
    for module in units_measured:
        assert (ROOT / module).is_file(), f"{module} is gone: leave it out of tests/seconds.json"
    longest, *_, shortest = (module for module in units_measured if module not in WAIT)
    quick, page = SimpleNamespace(fixturenames=["app"]), SimpleNamespace(fixturenames=["served", "desk"])
    units = {
        "tests/a.py": [quick],
        shortest: [quick],
        longest: [quick],
        "tests/b.py": [quick] * 3,
        "tests/c.py": [page] * 100,
    }
    assert list(ordered(units)) == ["tests/c.py", longest, shortest, "tests/b.py", "tests/a.py"]


def test_modules_that_wait_are_one_unit() -> None:
    assert [module for module in WAIT if not (ROOT / module).is_file()] == []
    assert {unit_of(f"{module}::test_x[a::b]") for module in WAIT} == {WAITING}
    assert unit_of("tests/a.py::TestX::test_x") == "tests/a.py"
    quick = SimpleNamespace(fixturenames=[])
    longest = max(set(measured()) - WAIT, key=measured().get)
    assert next(iter(ordered({longest: [quick], WAITING: [quick]}))) == WAITING


def test_a_process_too_many_waits_and_does_nothing_else() -> None:
    assert is_for_waiting_alone({WAITING: {}}, WORKING + 1)
    assert not is_for_waiting_alone({WAITING: {}}, WORKING)
    assert not is_for_waiting_alone({"tests/a.py": {}}, WORKING + 1)


def test_examples_of_a_run_are_those_of_every_run_and_none_is_late() -> None:
    default = hypothesis.settings()
    assert default.derandomize and default.deadline is None


def test_fixtures_that_are_expected_to_take_long_are_there() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    assert [name for name in SECONDS if f"def {name}(" not in text] == []
