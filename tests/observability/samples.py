"""A text of /metrics, to be asked for values."""

import urllib.request

from prometheus_client.parser import text_string_to_metric_families


class Samples:
    """The samples of a text, by name and labels."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.families = {family.name: family for family in text_string_to_metric_families(text)}
        self._samples = [sample for family in self.families.values() for sample in family.samples]

    @classmethod
    def of(cls, address: str) -> "Samples":
        with urllib.request.urlopen(address, timeout=60) as answer:
            return cls(answer.read().decode())

    def value(self, name: str, /, **labels: str) -> float:
        """The sum of the samples that have these labels; 0 without one."""
        return sum(
            sample.value
            for sample in self._samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def labels(self, name: str, label: str) -> set[str]:
        """The values of a label."""
        return {sample.labels[label] for sample in self._samples if sample.name == name}
