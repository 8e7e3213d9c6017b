"""What `/payments/metrics` says, read as Prometheus reads it."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True)
class Scrape:
    """One answer: each series by name and labels."""

    values: dict[tuple[str, frozenset[tuple[str, str]]], float]

    def __call__(self, name: str, **labels: str) -> float:
        """Add up the series of this name that have these labels; 0 where there is none."""
        wanted = set(labels.items())
        return sum(
            value for (known, has), value in self.values.items() if known == name and wanted <= has
        )

    def labels(self, name: str) -> set[str]:
        """Name the labels that any series of this name has."""
        return {label for known, has in self.values if known == name for label, _ in has}

    def values_of(self, name: str, label: str) -> set[str]:
        """List the values that a label has in the series of this name."""
        series = (dict(has) for known, has in self.values if known == name)
        return {has[label] for has in series if label in has}

    @property
    def names(self) -> set[str]:
        """All names."""
        return {name for name, _ in self.values}


def read_metrics(text: bytes | str) -> Scrape:
    """Parse the text format."""
    text = text.decode() if isinstance(text, bytes) else text
    return Scrape(
        {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
    )
