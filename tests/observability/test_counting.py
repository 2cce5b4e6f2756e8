"""What a process counts: sign-ins, refusals, steps of the protocol, requests, hashes. Nobody's name is among it."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from idp.observability import catalogue, counting, recording
from idp.passwords.hashing import HashingPool
from idp.refusals import Refusal
from idp.web.request_bodies import WholeRequests
from tests.actors.relying_party import RelyingParty, signed_in_browser
from tests.actors.visitor import Visitor
from tests.actors.world import World
from tests.conftest import settings_for
from tests.observability.conftest import Shown


def test_a_flow_is_counted_by_step_outcome_and_client(world: World, shown: Shown) -> None:
    portal = RelyingParty(world.app, world.relying_party(), signed_in_browser(world, world.guardian()))
    tokens = portal.tokens(scope="openid offline_access")
    portal.refresh(tokens["refresh_token"])
    portal.refresh("not a refresh token")
    portal.userinfo(tokens["access_token"])
    portal.userinfo("not a token")
    portal.introspect(tokens["access_token"])
    portal.browser.get("/logout")
    portal.app.test_client().get("/authorize", query_string=portal.parameters(prompt="none"))
    portal.app.test_client().get("/authorize", query_string={"client_id": "x"})
    samples, client = shown(), portal.client_id
    wanted = {
        ("authorization", "code", client): 1,
        ("authorization", "login_required", client): 1,
        ("authorization", "UNKNOWN_SERVICE", ""): 1,
        ("token_code", "ok", client): 1,
        ("token_refresh", "ok", client): 1,
        ("token_refresh", "invalid_grant", client): 1,
        ("userinfo", "ok", client): 1,
        ("userinfo", "invalid_token", ""): 1,
        ("introspection", "ok", client): 1,
        ("logout", "ok", ""): 1,
    }
    for (step, outcome, its_client), number in wanted.items():
        labels = {"step": step, "outcome": outcome, "client": its_client}
        assert samples.value("idp_flow_steps_total", **labels) == number, labels
    assert samples.value("idp_flow_steps_total") == sum(wanted.values())
    assert (
        samples.value(
            "idp_http_request_duration_seconds_count", endpoint="oidc.token", method="POST", status="2xx"
        )
        == 2
    )
    assert samples.value("idp_http_request_unhashed_seconds_count") == samples.value(
        "idp_http_request_duration_seconds_count"
    )


def test_sign_ins_and_refusals_are_counted_by_way_and_reason_and_nobody_is_named(
    contextless: World, shown: Shown
) -> None:
    guardian = contextless.guardian("Clotilde", "Vaugirard")
    Visitor(contextless.app).opens("/account").fills("profile=responsable").fills(
        username=guardian.username, password="wrong"
    ).fills(username=guardian.username, password=guardian.password)
    Visitor(contextless.app).opens("/no-such-page")
    samples = shown()
    assert samples.value("idp_sign_ins_total", way="password", outcome="WRONG_CREDENTIALS") == 1
    assert samples.value("idp_sign_ins_total", way="password", outcome="ok") == 1
    assert samples.value("idp_refusals_total", code="S01", name="WRONG_CREDENTIALS") == 1
    assert samples.value("idp_refusals_total", code="G01", name="PAGE_NOT_FOUND") == 1
    # The invented person's own hash, and two sign-ins.
    assert samples.value("idp_hashing_duration_seconds_count", phase="run") == 3
    assert samples.value("idp_sessions_live") == 1
    for personal in (guardian.username, guardian.password, "Vaugirard", "Clotilde", "127.0.0.1"):
        assert personal not in samples.text


def test_the_hashing_pool_shows_who_waits_who_computes_and_who_was_refused(shown: Shown) -> None:
    configured = settings_for(
        "sqlite:///:memory:", hashing={"at_once": 1, "waiting": 0, "patience": 0.01}
    ).hashing
    pool = HashingPool(configured)
    with pool.slot():
        assert shown().value("idp_hashing_in_use") == 1
        with pytest.raises(Refusal, match="full"), pool.slot():
            pass
    slow = HashingPool(configured.model_copy(update={"waiting": 1}))
    with slow.slot(), pytest.raises(Refusal, match="slow"), slow.slot():
        pass
    samples = shown()
    assert samples.value("idp_hashing_in_use") == samples.value("idp_hashing_waiting") == 0
    assert samples.value("idp_hashing_refused_total", reason="full") == 1
    assert samples.value("idp_hashing_refused_total", reason="slow") == 1


def test_slots_in_use_and_requests_cut_off_are_shown(shown: Shown) -> None:
    seen = {}

    def app(_environ: object, start_response: object) -> list[bytes]:
        seen.update(value=shown().value("idp_slots_in_use", pool="slot"))
        return []

    requests = WholeRequests(app, 3)  # type: ignore[arg-type]
    environ = {"SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "x", "PATH_INFO": "/", "CONTENT_LENGTH": "0"}
    list(requests(environ, lambda *_: None))
    list(requests({**environ, "CONTENT_LENGTH": "x"}, lambda *_: None))
    samples = shown()
    assert seen["value"] == 1 and samples.value("idp_slots_in_use", pool="slot") == 0
    assert samples.value("idp_slots", pool="slot") == 3
    assert samples.value("idp_http_requests_cut_off_total", status="400") == 1


def test_a_successor_goes_on_counting_and_begins_with_fresh_gauges(counts: Path, shown: Shown) -> None:
    counting.delivery("mail", "delivered")
    counting.hashing_runs(1)
    files = sorted(counts.iterdir())
    recording.begin(counts, "web-1")
    counting.delivery("mail", "delivered")
    assert shown().value("idp_deliveries_total") == 2
    assert shown().value("idp_hashing_in_use") == 0
    assert sorted(counts.iterdir()) == files


def test_a_damaged_file_hides_nothing_else_and_a_successor_replaces_it(counts: Path, shown: Shown) -> None:
    counting.delivery("mail", "delivered")
    damaged = counts / "counter_web-2.db"
    damaged.write_bytes(b"\x40\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00 not a whole file")
    (counts / "counter_web-3.db").write_bytes(b"")
    assert shown().value("idp_deliveries_total") == 1
    recording.begin(counts, "web-2")
    counting.delivery("mail", "delivered")
    assert shown().value("idp_deliveries_total") == 2


def test_the_number_of_clients_with_series_of_their_own_is_bounded(world: World, shown: Shown) -> None:
    record = counting.Record("id", "oidc.token", "token_code")
    for number in range(counting.MOST_CLIENTS + 5):
        record.client = f"client-{number}"
        counting.request(record, "POST", 200, 0.01)
    clients = shown().labels("idp_flow_steps_total", "client")
    assert len(clients) == counting.MOST_CLIENTS + 1 and "other" in clients


def test_an_unknown_method_or_endpoint_makes_no_series_of_its_own(app: Flask, shown: Shown) -> None:
    for number in range(3):
        app.test_client().open(f"/nothing-{number}", method=f"METHOD{number}")
    samples = shown()
    assert samples.labels("idp_http_request_duration_seconds_count", "method") == {"other"}
    assert samples.labels("idp_http_request_duration_seconds_count", "endpoint") == {"none"}


def test_every_metric_of_the_catalogue_is_shown_even_without_a_value(shown: Shown) -> None:
    families = shown().families
    assert {metric.name.removesuffix("_total") for metric in catalogue.METRICS} == set(families)
    for metric in catalogue.METRICS:
        assert families[metric.name.removesuffix("_total")].type == metric.kind


def test_neither_library_is_imported_while_it_is_off() -> None:
    code = (
        "import sys; from idp.app import create_app; from tests.conftest import settings_for;"
        "app = create_app(settings_for('sqlite:///:memory:')); app.test_client().get('/health/live');"
        "assert not {'prometheus_client', 'opentelemetry'} & {name.partition('.')[0] for name in sys.modules}"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
