"""Score the trained model on labeled rows: ``python -m benchmarks.nlu.evaluate FILE``.

The file has one JSON object a line: ``text``, ``intent``, ``entities`` (entity, start, end) and
``entities_annotated`` (entities are scored only where it is true), ``fit`` (where it is "direct"
the intents are scored once more). A finer intent of ours counts as its parent. The last line
printed is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rasa.core.agent import load_agent
from rasa.utils.log_utils import configure_structlog
from sklearn.metrics import classification_report

from benchmarks.nlu.shows import show_scores
from benchmarks.nlu.topics import topic_scores
from ticket_clerk.cli.train import model_path

# Finer intents, and those whose rows a measuring file calls otherwise (docs/conversation.md).
PARENTS = {"ask_show": "browse_events", "show_orders": "payment_status"}
# Not the newest in the folder: that may speak another language.
TODAYS_MODEL = str(model_path(Path(__file__).parents[2]))
Row = Mapping[str, Any]


def intent_pairs(rows: Sequence[Row], parsed: Sequence[Row]) -> list[tuple[str, str]]:
    """List (true, predicted) intents, a finer one as its parent."""
    names = [one["intent"]["name"] or "" for one in parsed]
    return [(row["intent"], PARENTS.get(n, n)) for row, n in zip(rows, names, strict=True)]


def intent_report(pairs: Sequence[tuple[str, str]], *, as_text: bool = False) -> Any:
    """scikit-learn's report over the true intents, as a mapping or as a table."""
    true, predicted = zip(*pairs, strict=True)
    return classification_report(
        true,
        predicted,
        labels=sorted(set(true)),
        digits=3,
        output_dict=not as_text,
        zero_division=0,
    )


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Mean of the true intents' F1; 0 without rows."""
    return float(intent_report(pairs)["macro avg"]["f1-score"]) if pairs else 0.0


def entity_scores(rows: Iterable[tuple[Sequence[Row], Sequence[Row]]]) -> dict[str, float]:
    """F1 of entities over pairs of (true, predicted); one is right when it overlaps its like.

    Rasa's own report wants the same borders, and "the Lakers" is no error for "Lakers game".
    """
    true: Counter[str] = Counter()
    predicted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for wanted, parsed in rows:
        true.update(entity["entity"] for entity in wanted)
        predicted.update(entity["entity"] for entity in parsed)
        found.update(a["entity"] for a in wanted if any(_overlap(a, b) for b in parsed))
        right.update(b["entity"] for b in parsed if any(_overlap(a, b) for a in wanted))
    return {
        name: _f1(_share(right[name], predicted[name]), _share(found[name], true[name]))
        for name in sorted(true)
    }


def summary(rows: Sequence[Row], parsed: Sequence[Row]) -> dict[str, Any]:
    """Score what was parsed; returns what the last line says, the table of intents before it."""
    pairs = intent_pairs(rows, parsed)
    report = intent_report(pairs)
    entities = entity_scores(
        (row["entities"], one["entities"])
        for row, one in zip(rows, parsed, strict=True)
        if row.get("entities_annotated")
    )
    names = sorted({true for true, _ in pairs})
    direct = [pair for row, pair in zip(rows, pairs, strict=True) if row.get("fit") == "direct"]
    print(intent_report(pairs, as_text=True))
    return {
        "macro_f1": round(macro_f1(pairs), 4),
        "macro_f1_direct": round(macro_f1(direct), 4),
        "accuracy": round(sum(a == b for a, b in pairs) / len(pairs), 4),
        "intents": {name: round(report[name]["f1-score"], 4) for name in names},
        "entities": {name: round(f1, 4) for name, f1 in entities.items()},
        "shows": show_scores(rows),
    }


def read_rows(path: Path) -> list[Row]:
    """Read a file of labeled rows."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


async def parse_rows(model: str, rows: Sequence[Row]) -> list[Row]:
    """Parse every row with a model; exits when it is not there."""
    # Rasa would write each sentence into its log.
    configure_structlog(logging.WARNING)
    agent = await load_agent(model_path=model)
    if not agent.is_ready():
        raise SystemExit(f"There is no trained model at {model}; `make train` makes one.")
    return [await agent.parse_message(row["text"]) for row in rows]


def main() -> None:
    """Measure a file and print what came out."""
    parser = argparse.ArgumentParser(description="Scores of the trained model on labeled rows.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--model", default=TODAYS_MODEL, help="a model; else that of today's files")
    arguments = parser.parse_args()
    rows = read_rows(arguments.file)
    scores = summary(rows, asyncio.run(parse_rows(arguments.model, rows)))
    print(json.dumps({**scores, "topics": topic_scores(rows)}))


def _overlap(a: Row, b: Row) -> bool:
    return bool(a["entity"] == b["entity"] and a["start"] < b["end"] and b["start"] < a["end"])


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


if __name__ == "__main__":
    main()
