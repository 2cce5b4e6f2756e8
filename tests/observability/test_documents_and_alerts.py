"""The page, the dashboard and the alerts name what the program exports; promtool accepts the alerts and their test."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from idp.observability.catalogue import METRICS, WITHIN, Metric

ROOT = Path(__file__).parents[2]
ALERTS = ROOT / "deploy/prometheus-alerts.yml"
DASHBOARD = ROOT / "deploy/grafana-dashboard.json"
EXPORTED = {metric.name for metric in METRICS} | {
    f"{metric.name}_{part}"
    for metric in METRICS
    if metric.kind == "histogram"
    for part in ("bucket", "count", "sum")
}
OF_PROMETHEUS = {"le", "instance"}


def row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels) or "–"
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.help} |"


def test_the_page_has_a_row_for_each_metric_and_no_other() -> None:
    page = (ROOT / "docs/observability.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `idp_.*$", page, flags=re.MULTILINE) == [row(metric) for metric in METRICS]


def expressions() -> list[str]:
    """Each expression of the dashboard and of the alerts."""
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    rules = re.split(r"\n *- (?:record|alert|name): ", ALERTS.read_text(encoding="utf-8"))[1:]
    return [
        *(target["expr"] for panel in panels for target in panel["targets"]),
        *(rule.partition("expr:")[2].partition("labels:")[0] for rule in rules),
    ]


def test_what_the_dashboard_and_the_alerts_name_is_exported() -> None:
    recorded = set(re.findall(r"record: (\S+)", ALERTS.read_text(encoding="utf-8")))
    labels = {label for metric in METRICS for label in metric.labels} | OF_PROMETHEUS
    used = set()
    for expression in expressions():
        used |= set(re.findall(r"\bidp_\w+", expression))
        assert set(re.findall(r"\bidp:\w+:\w+", expression)) <= recorded
        for names in re.findall(r"by \(([^)]+)\)", expression):
            assert {name.strip() for name in names.split(",")} <= labels, expression
        assert set(re.findall(r"[{,] *(\w+)=", expression)) <= labels, expression
    assert used <= EXPORTED and len(used) > 15
    assert 'le="0.3"' in ALERTS.read_text(encoding="utf-8") and WITHIN == 0.3


def test_every_alert_stands_on_the_page() -> None:
    page = (ROOT / "docs/observability.md").read_text(encoding="utf-8")
    alerts = re.findall(r"alert: (\w+)", ALERTS.read_text(encoding="utf-8"))
    assert len(alerts) == 16
    assert not [alert for alert in alerts if "Budget" not in alert and f"`{alert}`" not in page]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="left out: needs promtool (Debian's prometheus)")
@pytest.mark.parametrize(
    "words",
    [
        ("check", "rules", ALERTS),
        ("test", "rules", "alerts_test.yml"),
        ("test", "rules", "alerts_of_days_test.yml"),
    ],
)
def test_promtool_accepts_the_alerts_and_their_test(words: tuple[object, ...]) -> None:
    done = subprocess.run(
        ["promtool", *map(str, words)], cwd=Path(__file__).parent, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0 and "SUCCESS" in done.stdout, done.stdout + done.stderr
