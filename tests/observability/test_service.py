"""A real service with metrics, JSON logs and traces: two web workers and the worker feed one endpoint."""

import json
import os
import shutil
import signal
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import make_url

from idp.database.engine import transaction
from idp.jobs import queue
from idp.monitoring.service import parent_directory
from tests.conftest import fresh_database
from tests.observability.receiver import Receiver
from tests.observability.samples import Samples
from tests.operations.installation import (
    Installation,
    PostOffice,
    descendants,
    eventually,
    free_port,
    status,
)

TRACE = "0af7651916cd43dd8448eb211c80319c"


@dataclass
class Service:
    """A running service."""

    installation: Installation
    metrics: str
    receiver: Receiver
    pid: int

    def samples(self) -> Samples:
        return Samples.of(self.metrics)

    def get(self, path: str, **headers: str) -> "urllib.request.addinfourl":
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.installation.address + path, headers=named)
        answer = urllib.request.urlopen(request, timeout=30)
        answer.read()
        return answer

    def log(self) -> list[dict[str, str]]:
        text = (self.installation.folder / "serve.log").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    receiver, port = Receiver(), free_port()
    with PostOffice() as office:
        installation = Installation(tmp_path_factory.mktemp("service"), fresh_database("sqlite"), office.port)
        text = installation.config.read_text().replace(
            "[server]\n", '[server]\nlog_format = "json"\ntrusted_proxies = 1\n'
        )
        text += f'[metrics]\nport = {port}\n[tracing]\nendpoint = "{receiver.endpoint}"\n'
        installation.config.write_text(text)
        with installation.running("serve", "--workers", 2) as server:
            eventually(lambda: status(f"{installation.address}/health/startup") == 200)
            metrics = f"http://127.0.0.1:{port}/metrics"
            eventually(lambda: status(metrics) == 200)
            yield Service(installation, metrics, receiver, server.pid)
    # A killed server leaves it to its next start.
    shutil.rmtree(counted_in(port))
    receiver.close()


def requests_counted(service: Service) -> float:
    return service.samples().value("idp_http_request_duration_seconds_count", endpoint="oidc.jwks")


def test_the_web_workers_and_the_worker_feed_one_endpoint(service: Service) -> None:
    for _ in range(20):
        service.get("/jwks.json")
    # A request is counted after its answer has been sent.
    eventually(lambda: requests_counted(service) == 20)
    service.installation.post_mail()
    eventually(lambda: service.samples().value("idp_deliveries_total", kind="mail", outcome="delivered") == 1)
    with service.installation.inside(), transaction() as tx:
        # Without a payload it fails: the worker counts it all the same.
        queue.ask(tx, "letters", {}, "account:1", int(time.time()))
    eventually(lambda: service.samples().value("idp_jobs_ended_total", kind="letters", outcome="failed") == 1)
    samples = service.samples()
    assert samples.value("idp_jobs_started_total") == samples.value("idp_job_duration_seconds_count") == 1
    assert samples.value("idp_slots", pool="slot") == 10 and samples.value("idp_slots", pool="machine") == 6
    assert samples.value("idp_database_up") == 1
    assert samples.value("idp_signing_keys", state="signing") == 4
    assert status(service.metrics.replace("/metrics", "/")) == 404
    assert status(f"{service.installation.address}/metrics") == 404


def test_a_web_worker_that_dies_takes_nothing_of_the_count_and_leaves_no_file(service: Service) -> None:
    before = requests_counted(service)
    files = set(directory(service).iterdir())
    dead = [pid for pid in descendants(service.pid) if command(pid) == command(service.pid)]
    assert len(dead) == 2
    os.kill(dead[0], signal.SIGSEGV)
    os.kill(dead[1], signal.SIGKILL)
    eventually(lambda: not set(dead) & set(descendants(service.pid)))
    eventually(lambda: service.get("/jwks.json"))
    eventually(lambda: requests_counted(service) == before + 1)
    assert service.samples().value("idp_slots", pool="slot") <= 16
    assert set(directory(service).iterdir()) <= files


def command(pid: int) -> str:
    """The command line; a web worker has the server's."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def directory(service: Service) -> Path:
    return counted_in(service.metrics.split(":")[2].partition("/")[0])


def counted_in(port: object) -> Path:
    return parent_directory() / f"idp-metrics-{os.getuid()}-{port}"


def test_the_endpoint_is_replaced_when_it_dies(service: Service) -> None:
    def endpoint() -> int | None:
        return next((pid for pid in descendants(service.pid) if "\0metrics\0" in command(pid)), None)

    first = endpoint()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    # The socket belongs to the server: Prometheus waits for the successor, and is not refused.
    assert status(service.metrics) in (200, None)
    eventually(lambda: endpoint() not in (None, first) and status(service.metrics) == 200)


def test_a_request_has_one_id_in_its_answer_its_log_line_and_its_span(service: Service) -> None:
    request_id = "proxy-0123456789"
    answer = service.get("/jwks.json", X_Request_Id=request_id, traceparent=f"00-{TRACE}-b7ad6b7169203331-01")
    assert answer.headers["X-Request-Id"] == request_id
    (line,) = eventually(lambda: [line for line in service.log() if line.get("request") == request_id])
    assert line["endpoint"] == "oidc.jwks" and line["status"] == 200 and line["outcome"] == "ok"
    (request,) = eventually(
        lambda: [span for span in service.receiver.of_trace(TRACE) if span.name == "GET oidc.jwks"]
    )
    assert request.above == "b7ad6b7169203331" and request.attributes["idp.request"] == request_id
    # What is below a span ends before it, and is sent no later.
    below = {span.name: span for span in service.receiver.of_trace(TRACE) if span.above == request.span}
    assert below["SELECT generations"].attributes["code.function.name"].startswith("idp.oidc.")
    for malformed in ("short", "with space in it", "x" * 65, "línea-de-más"):
        made = service.get("/jwks.json", X_Request_Id=malformed.encode().decode("latin-1"))
        assert made.headers["X-Request-Id"] != malformed and len(made.headers["X-Request-Id"]) == 16


def test_every_line_of_the_log_is_json(service: Service) -> None:
    lines = service.log()
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    assert {"_granian", "idp.access", "idp.server"} <= {line["logger"] for line in lines}


def test_without_its_database_the_service_says_so_everywhere_and_in_time(service: Service) -> None:
    address = service.installation.address
    file = Path(str(make_url(service.installation.settings().database.url).database))
    file.rename(file.with_suffix(".away"))
    assert status(f"{address}/health/live") == 200
    eventually(lambda: status(f"{address}/health/ready") == 503)
    counted = requests_counted(service)
    eventually(lambda: "\nidp_database_up 0.0" in service.samples().text)
    assert requests_counted(service) == counted > 0
    file.with_suffix(".away").rename(file)
    eventually(lambda: service.samples().value("idp_database_up") == 1)
    eventually(lambda: status(f"{address}/health/ready") == 200)


def test_a_worker_alone_serves_its_metrics_and_a_taken_port_is_one_sentence(
    tmp_path: Path, post_office: PostOffice
) -> None:
    installation = Installation(tmp_path, fresh_database("sqlite"), post_office.port)
    port = free_port()
    with installation.config.open("a") as file:
        file.write(f"[metrics]\nworker_port = {port}\n")
    with installation.running("worker"):
        metrics = f"http://127.0.0.1:{port}/metrics"
        eventually(lambda: status(metrics) == 200)
        installation.post_mail()
        eventually(lambda: Samples.of(metrics).value("idp_deliveries_total", outcome="delivered") == 1)
        second = installation.run("worker")
    shutil.rmtree(counted_in(port))
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1 and f"Port {port} (metrics)" in second.stderr
