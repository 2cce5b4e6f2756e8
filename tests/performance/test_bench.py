"""The flows of `make bench` do what they say: checked once against a served provider. No timing decides here."""

import base64
import importlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from bench import limits, processes, report
from bench.academy import PARTS
from bench.flows import (
    NAMES,
    SESSIONS,
    authorizing,
    first_tokens,
    flows,
    full_login,
    login_form,
    prepare,
    redeem,
    sign_in,
)
from bench.http import Connection, get, post
from bench.logins import processor_time
from bench.measuring import CONNECTIONS, Calibration, Measured, measure
from bench.sides import USERNAMES, Side, provider

ROOT = Path(__file__).parent.parent.parent
CHEAP_HASH = ("time_cost = 1", "memory_cost = 64")


@pytest.fixture(scope="module")
def side() -> Iterator[Side]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with provider(CHEAP_HASH, port) as served:
        prepare(served)
        yield served


@pytest.fixture
def connection(side: Side) -> Iterator[Connection]:
    opened = Connection(side.port)
    yield opened
    opened.close()


def verified(side: Side, connection: Connection, token: str) -> dict[str, object]:
    """The claims of an ID token whose signature is one of the published keys'."""
    status, _, keys = connection.request(get(side.jwks_path, side.port))
    assert status == 200
    checked = jwt.decode(token, KeySet.import_key_set(json.loads(keys)), algorithms=["ES256"])
    return dict(checked.claims)


@pytest.mark.parametrize("name", NAMES)
def test_each_flow_is_answered_as_it_must(side: Side, connection: Connection, name: str) -> None:
    flow = flows(side, connection)[name]
    flow(connection)
    flow(connection)


def test_a_silent_flow_ends_with_the_persons_verified_id_token(side: Side, connection: Connection) -> None:
    tokens = redeem(side, connection, authorizing(side)(connection))
    claims = verified(side, connection, tokens["id_token"])
    assert claims["aud"] == side.client_id and claims["nonce"] == "n" * 32
    assert claims["iss"] == f"http://localhost:{side.port}"
    assert "refresh_token" not in tokens
    message = get(side.userinfo_path, side.port, Authorization=f"Bearer {tokens['access_token']}")
    status, _, answer = connection.request(message)
    person = json.loads(answer)
    assert status == 200 and person["sub"] == claims["sub"]
    assert (person["given_name"], person["email"]) == ("Claire", "c@example.org")


def test_the_silent_sessions_are_of_eight_people(side: Side, connection: Connection) -> None:
    """One a connection: else a server would answer eight times from the row that it has just read."""
    assert len(set(side.cookies)) == SESSIONS == CONNECTIONS
    subjects = set()
    for number in range(SESSIONS):
        tokens = redeem(side, connection, authorizing(side, number)(connection))
        subjects.add(verified(side, connection, tokens["id_token"])["sub"])
    assert len(subjects) == SESSIONS


def test_a_refresh_uses_the_token_that_the_last_one_gave(side: Side, connection: Connection) -> None:
    first = first_tokens(side, connection)
    body = f"grant_type=refresh_token&refresh_token={first['refresh_token']}".encode()
    message = post(side.token_path, side.port, body, Authorization=side.basic_offline)
    status, _, answer = connection.request(message)
    assert status == 200 and json.loads(answer)["refresh_token"] != first["refresh_token"]


def test_a_full_login_asks_a_new_browser_for_the_password(side: Side, connection: Connection) -> None:
    jar: dict[str, str] = {}
    location = sign_in(side, connection, jar=jar, username=USERNAMES[0])
    claims = verified(side, connection, redeem(side, connection, location)["id_token"])
    assert claims["nonce"] == "n" * 32 and jar
    full_login(side)(connection)


def test_a_login_with_a_name_that_nobody_has_is_a_fault_of_the_run(
    side: Side, connection: Connection
) -> None:
    with pytest.raises(AssertionError):
        sign_in(side, connection, username="nobody")


def test_a_measurement_counts_flows_and_the_servers_processor_time(side: Side) -> None:
    measured = measure(side, lambda c, number: flows(side, c, number)["userinfo"], 0.2)
    assert measured.rate > 0 and measured.processor > 0 and measured.calibration.unit > 0
    assert measured.p50 <= measured.p99 <= measured.longest


def test_a_fault_of_one_connection_ends_a_measurement(side: Side) -> None:
    def broken(_: Connection, number: int) -> object:
        raise ValueError("this connection's flow cannot be made")

    with pytest.raises(ValueError, match="cannot be made"):
        measure(side, broken, 0.1)  # type: ignore[arg-type]


def test_the_whole_tree_of_a_server_is_counted(side: Side) -> None:
    assert side.process is not None
    pids = processes.of_session(side.process.pid)
    assert len(pids) > 1 and side.process.pid in pids and os.getpid() not in pids
    assert set(pids) <= set(processes.descendants(side.process.pid))
    assert side.memory() > processes.proportional_memory([side.process.pid]) > 0
    assert side.processor() > processes.processor([side.process.pid])


def test_the_time_of_processes_that_have_ended_counts_too() -> None:
    waits = "import subprocess,sys; subprocess.run([sys.executable,'-c','sum(range(4_000_000))']); print(); input()"
    with subprocess.Popen(
        [sys.executable, "-c", waits], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as parent:
        assert parent.stdin and parent.stdout
        parent.stdout.readline()
        fields = Path(f"/proc/{parent.pid}/stat").read_text().rpartition(")")[2].split()
        own, waited = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
        counted = processes.processor(processes.of_session(parent.pid)) * os.sysconf("SC_CLK_TCK")
        assert waited > 0 and round(counted) == own + waited
        parent.communicate(b"\n")


KEYCLOAKS_FORM = (
    b'<form action="/language" method="post"><input type="hidden" name="other" value="x"></form>'
    b'<form id="kc" onsubmit="return true;" action="http://localhost:8730/a?code=1&amp;tab=2" method="post">'
    b'<input name="username"><input type="password" name="password">'
    b'<input type="hidden" id="h" name="credentialId" value="a&quot;b"/></form>'
)


def test_of_a_page_with_two_forms_the_one_with_a_password_is_filled() -> None:
    assert login_form(KEYCLOAKS_FORM) == (
        "http://localhost:8730/a?code=1&tab=2",
        {"credentialId": 'a"b'},
    )
    assert login_form(b'<form method="post"><input name="password"></form>') == ("", {})


def test_a_peer_that_cannot_be_installed_is_reported_and_left_out(tmp_path: Path) -> None:
    """An empty PATH: no Node.js. The run succeeds, and says it."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--sides", "memory"],
        cwd=ROOT, env={**os.environ, "PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Left out: memory, for there is no node here." in done.stdout


def measured_at(rate: float, processor: float, driver: float = 0.2, shared: float = 1.0) -> Measured:
    return Measured(rate, processor, 5.0, 15.0, 40.0, driver=driver, calibration=Calibration(50.0, shared))


def test_the_tables_have_the_least_and_most_of_the_rounds_and_ratios_round_by_round() -> None:
    """Ratios of medians would mix rounds: here the machine was half as fast in the second."""
    own = [measured_at(1_000, 800), measured_at(500, 1_600, shared=1.5), measured_at(1_100, 790)]
    peer = [measured_at(500, 1_600), measured_at(250, 3_200), measured_at(500, 1_580, driver=0.95)]
    run = report.Run(
        3, 5, "2 cores", {"refresh": {"here": own, "there": peer}}, {"here": (90.4, 121.6)}, {"here": 0.5},
        left_out={"keycloak": "there is no mvn here"}, algorithms={"here": "ES256", "there": "RS256"},
        bare_hash=[20_000.0, 20_000.0, 20_000.0], login_inside=[21_000.0, 20_600.0, 20_400.0],
        units={"request": 30, "read": 5, "write": 20, "write of two": 32, "ES256 signature": 18},
    )  # fmt: skip
    page = report.markdown(run)
    assert "| refresh | here | 1,000 (500–1,100) | 800 (790–1,600) |  |" in page
    assert (
        "| refresh | there | 500 (250–500), limited by the driver | 1,600 (1,580–3,200) | 2.00 (2.00–2.20) |"
        in page
    )
    assert "| refresh | 1,000 (500–1,100) | 800 (790–1,600) | 2.00 (2.00–2.00) |" in page
    assert "| refresh | here | 5.0 (5.0–5.0) | 15.0 (15.0–15.0) | 40.0 (40.0–40.0) | 3.0 (3.0–3.0) |" in page
    assert "| here | 90 | 122 | 0.50 |" in page
    assert "| full login: five requests, one hash | 20,600 (20,400–21,000) | +3.0% (+2.0%–+5.0%) |" in page
    assert "| refresh | request, 2 × read, write of two, ES256 signature | 90 | 800 | 8.9 |" in page
    assert "Left out: keycloak, for there is no mvn here." in page
    assert "there (RS256)" in page and "1 measurements were beside other work" in page


def test_the_limit_of_each_flow_has_units_that_are_measured(tmp_path: Path) -> None:
    units = limits.units_of_this_process(tmp_path)
    assert all(time > 0 for time in units.values())
    for parts in limits.LIMITS.values():
        assert set(parts) <= {*units, "request"}
    assert set(limits.LIMITS) == set(NAMES)


def test_a_turn_in_one_process_has_its_processor_time() -> None:
    assert processor_time(lambda: base64.b64encode(bytes(50_000)) and None, 0.02) > 0


@pytest.mark.parametrize("part", PARTS)
def test_each_part_of_the_academy_has_its_report(part: str) -> None:
    assert importlib.import_module(f"bench.academy.{part}").run


@pytest.mark.slow
def test_every_operation_of_an_academy_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    lines = list(
        importlib.import_module("bench.academy.plans").run(
            ["--schools", "2", "--pupils", "6", "--engine", "sqlite"]
        )
    )
    operations = "\n".join(lines)
    for operation in ("search of the audit trail: of an actor", "erasure of a person", "idp doctor: planner"):
        assert operation in operations


BENCH = Path(__file__).parents[2] / "bench"
MODULES = sorted(
    path.relative_to(BENCH.parent).with_suffix("").as_posix().replace("/", ".")
    for path in BENCH.rglob("*.py")
    if not path.name.startswith("__") and not {"build", "django"} & set(path.parts)
)


@pytest.mark.parametrize("module", MODULES)
def test_each_measurement_can_be_imported(module: str) -> None:
    """They run by hand alone, and share their parts."""
    importlib.import_module(module)
