"""The counted metrics of this process: files of prometheus-client's multi-process mode in the service's directory.

A process has a place in its service: `web-1`, `web-2`, …, `worker`. The place and not the process id names its files, so a
process that replaces a dead one goes on counting where that one stopped, and no number of crashes adds a file.
Two living processes never have the same place: a successor starts when its predecessor has ended.
"""

import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from idp import deferred
from idp.observability.catalogue import COUNTED, Metric

if TYPE_CHECKING:
    import prometheus_client
    from prometheus_client import metrics, mmap_dict, values
else:
    prometheus_client = deferred.module("prometheus_client")
    metrics = deferred.module("prometheus_client.metrics")
    mmap_dict = deferred.module("prometheus_client.mmap_dict")
    values = deferred.module("prometheus_client.values")

_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"


class Recorder:
    """The metrics of the process at `place`, in `directory`. Series are looked up once each."""

    def __init__(self, directory: Path, place: str) -> None:
        # prometheus-client reads the variable at each metric's creation.
        os.environ[_DIRECTORY] = str(directory)
        _take_over(directory, place)
        values.ValueClass = values.MultiProcessValue(lambda: place)  # type: ignore[no-untyped-call]
        self._metrics = {metric.name: _collector_of(metric) for metric in COUNTED}
        self._series: dict[tuple[Metric, Sequence[str]], Any] = {}

    def series(self, metric: Metric, *labels: str) -> Any:
        """The counter, gauge or histogram of `metric` with these values of its labels."""
        key = (metric, labels)
        series = self._series.get(key)
        if series is None:
            collector = self._metrics[metric.name]
            series = self._series[key] = collector.labels(*labels) if metric.labels else collector
        return series


def _collector_of(metric: Metric) -> "metrics.MetricWrapperBase":
    if metric.kind == "counter":
        return prometheus_client.Counter(metric.name, metric.help, metric.labels, registry=None)
    if metric.kind == "gauge":
        return prometheus_client.Gauge(
            metric.name, metric.help, metric.labels, registry=None, multiprocess_mode="livesum"
        )
    return prometheus_client.Histogram(
        metric.name, metric.help, metric.labels, registry=None, buckets=metric.buckets
    )


def _take_over(directory: Path, place: str) -> None:
    """Remove the predecessor's gauges, which describe a process that has ended, and a file that its end left unreadable."""
    for file in directory.glob(f"*_{place}.db"):
        try:
            if not file.name.startswith("gauge"):
                list(mmap_dict.MmapedDict.read_all_values_from_file(file))  # type: ignore[no-untyped-call]
                continue
        except (RuntimeError, ValueError, OSError, struct.error):
            pass
        file.unlink(missing_ok=True)


recorder: Recorder | None = None
"""None while metrics are off: `idp.observability.counting` does nothing then."""


def begin(directory: Path, place: str) -> None:
    """Count in this process from now on."""
    global recorder
    recorder = Recorder(directory, place)


def end() -> None:
    """Count no longer; what was counted stays in the directory."""
    global recorder
    recorder = None
    os.environ.pop(_DIRECTORY, None)
