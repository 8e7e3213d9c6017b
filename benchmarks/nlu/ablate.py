"""Measure what each component of config.yml adds: ``python -m benchmarks.nlu.ablate FILE``.

Prints a table in Markdown: scores of the whole pipeline, and of it without one component at a
time. Takes one to two minutes a component.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from rasa.model_training import train_nlu

from benchmarks.nlu.evaluate import Row, parse_rows, read_rows, summary

ROOT = Path(__file__).parents[2]
# Nothing is understood without these.
NEEDED = ("OrderNumberTokenizer", "LogisticRegressionClassifier")
ENTITIES = ("quantity", "event", "city", "date")
Component = Mapping[str, Any]


def pipelines(pipeline: Sequence[Component]) -> Iterator[tuple[str, list[Component]]]:
    """List the whole pipeline, then without each of its components that can be left out."""
    yield "all of it", list(pipeline)
    for left_out in pipeline:
        if not str(left_out["name"]).endswith(NEEDED):
            yield f"without {_title(left_out)}", [part for part in pipeline if part is not left_out]


def score(config: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """Train with a configuration and measure; the tables of single intents are not printed."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        path = Path(folder) / "config.yml"
        path.write_text(yaml.safe_dump(dict(config)), encoding="utf-8")
        domain = str(ROOT / "domain.yml")
        model = train_nlu(str(path), str(ROOT / "data"), folder, domain=domain)
        return summary(rows, asyncio.run(parse_rows(str(model), rows)))


def table_row(title: str, scores: Mapping[str, Any]) -> str:
    """One row of the table: intents of all rows, of the direct ones, and entities."""
    entities = [scores["entities"].get(name, 0.0) for name in ENTITIES]
    cells = [scores["macro_f1"], scores["macro_f1_direct"], *entities]
    return f"| {title} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What each component of config.yml adds.")
    parser.add_argument("file", type=Path)
    rows = read_rows(parser.parse_args().file)
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    print("| pipeline | intents | direct | " + " | ".join(ENTITIES) + " |")
    print("|---" * (3 + len(ENTITIES)) + "|", flush=True)
    for title, pipeline in pipelines(config["pipeline"]):
        scores = score({**config, "pipeline": pipeline}, rows)
        print(table_row(title, scores), flush=True)


def _title(component: Component) -> str:
    """Name of a component without its module, and what sets it apart from its like."""
    name = str(component["name"]).rpartition(".")[2]
    return f"{name} ({component['analyzer']})" if "analyzer" in component else name


if __name__ == "__main__":
    main()
