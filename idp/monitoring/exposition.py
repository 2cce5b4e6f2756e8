"""The text of `/metrics` (Prometheus text format 0.0.4)."""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

from idp import __version__
from idp.monitoring.readings import DatabaseReadings, Reading
from idp.observability.catalogue import COUNTED, INFO, READ, Metric


class Exposition:
    """The metrics of the processes that count in `directory`, and those of the database."""

    def __init__(self, directory: Path, database: DatabaseReadings) -> None:
        self._directory = directory
        self._database = database
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def text(self) -> bytes:
        """Every metric of the catalogue, one without a value by its name and type alone."""
        return generate_latest(self._registry)

    def describe(self) -> Iterable[Family]:
        """Describe nothing: prometheus-client calls this at registration, and would otherwise take a first reading."""
        return ()

    def collect(self) -> Iterator[Family]:
        """Called by prometheus-client for each text."""
        counted = {family.name: family for family in self._counted()}
        for metric in COUNTED:
            family = _family(metric)
            yield counted.get(family.name, family)
        readings = [Reading(INFO, (__version__,), 1), *self._database.latest()]
        for metric in (INFO, *READ):
            family = _family(metric)
            for measurement in readings:
                if measurement.metric == metric:
                    family.add_sample(
                        metric.name,
                        dict(zip(metric.labels, measurement.labels, strict=True)),
                        measurement.value,
                    )
            yield family

    def _counted(self) -> Iterable[Family]:
        # A file is empty for a moment when it is made.
        files = [str(file) for file in self._directory.glob("*.db") if file.stat().st_size > 0]
        try:
            return list(MultiProcessCollector.merge(files))  # type: ignore[no-untyped-call]
        except _UNREADABLE:
            return list(MultiProcessCollector.merge([file for file in files if _is_readable(file)]))  # type: ignore[no-untyped-call]


_UNREADABLE = (RuntimeError, ValueError, OSError, struct.error)


def _is_readable(file: str) -> bool:
    """Whether a file is whole; one that a killed process left damaged is replaced by its successor."""
    try:
        list(MmapedDict.read_all_values_from_file(file))  # type: ignore[no-untyped-call]
    except _UNREADABLE:
        return False
    return True


def _family(metric: Metric) -> Family:
    return Family(metric.name.removesuffix("_total"), metric.help, metric.kind)
