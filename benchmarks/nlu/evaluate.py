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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent, load_agent
from rasa.utils.log_utils import configure_structlog

from benchmarks.nlu.shows import show_scores
from ticket_clerk.cli.train import model_path

# Finer intents, and those whose rows a measuring file calls otherwise (docs/conversation.md).
PARENTS = {"ask_show": "browse_events", "show_orders": "payment_status"}
# Not the newest in the folder: that may speak another language.
TODAYS_MODEL = str(model_path(Path(__file__).parents[2]))
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Score:
    """Precision, recall and their harmonic mean; ``rows`` is how many there were to find."""

    precision: float
    recall: float
    rows: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 when nothing was right."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def intent_scores(pairs: Sequence[tuple[str, str]]) -> dict[str, Score]:
    """Score each true intent over pairs of (true, predicted)."""
    true = Counter(pair[0] for pair in pairs)
    predicted = Counter(pair[1] for pair in pairs)
    right = Counter(a for a, b in pairs if a == b)
    return {name: _score(right[name], predicted[name], true[name]) for name in sorted(true)}


def entity_scores(rows: Iterable[tuple[Sequence[Row], Sequence[Row]]]) -> dict[str, Score]:
    """Score entities over pairs of (true, predicted); one is right when it overlaps its like."""
    true: Counter[str] = Counter()
    predicted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for wanted, heard in rows:
        true.update(entity["entity"] for entity in wanted)
        predicted.update(entity["entity"] for entity in heard)
        found.update(a["entity"] for a in wanted if any(_overlap(a, b) for b in heard))
        right.update(b["entity"] for b in heard if any(_overlap(a, b) for a in wanted))
    return {
        name: Score(
            right[name] / predicted[name] if predicted[name] else 0.0,
            found[name] / true[name],
            true[name],
        )
        for name in sorted(true)
    }


async def hear(agent: Agent, rows: Iterable[Row]) -> list[Row]:
    """Read every row as Rasa would."""
    return [await agent.parse_message(row["text"]) for row in rows]


def intent_pairs(rows: Sequence[Row], heard: Sequence[Row]) -> list[tuple[str, str]]:
    """List (true, predicted) intents, a finer one as its parent."""
    names = [parsed["intent"]["name"] or "" for parsed in heard]
    return [(row["intent"], PARENTS.get(n, n)) for row, n in zip(rows, names, strict=True)]


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Mean of the true intents' F1; 0 without rows."""
    scores = intent_scores(pairs).values()
    return sum(score.f1 for score in scores) / len(scores) if scores else 0.0


def summary(rows: Sequence[Row], heard: Sequence[Row]) -> dict[str, Any]:
    """Score what was heard; returns what the last line says, tables printed before."""
    pairs = intent_pairs(rows, heard)
    intents = intent_scores(pairs)
    entities = entity_scores(
        (row["entities"], parsed["entities"])
        for row, parsed in zip(rows, heard, strict=True)
        if row.get("entities_annotated")
    )
    direct = [pair for row, pair in zip(rows, pairs, strict=True) if row.get("fit") == "direct"]
    _print_table("intent", intents)
    _print_table("entity", entities)
    return {
        "macro_f1": round(macro_f1(pairs), 4),
        "macro_f1_direct": round(macro_f1(direct), 4),
        "accuracy": round(sum(a == b for a, b in pairs) / len(pairs), 4),
        "intents": {name: round(score.f1, 4) for name, score in intents.items()},
        "entities": {name: round(score.f1, 4) for name, score in entities.items()},
        "shows": show_scores(rows),
    }


def read_rows(path: Path) -> list[Row]:
    """Read a file of labeled rows."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def main() -> None:
    """Measure a file and print what came out."""
    parser = argparse.ArgumentParser(description="Scores of the trained model on labeled rows.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--model", default=TODAYS_MODEL, help="a model; else that of today's files")
    arguments = parser.parse_args()
    rows = read_rows(arguments.file)
    print(json.dumps(summary(rows, asyncio.run(load_and_hear(arguments.model, rows)))))


async def load_and_hear(model: str, rows: Sequence[Row]) -> list[Row]:
    """Read every row with a model; exits when it is not there."""
    # Rasa would write each sentence into its log.
    configure_structlog(logging.WARNING)
    agent = await load_agent(model_path=model)
    if not agent.is_ready():
        raise SystemExit(f"There is no trained model at {model}; `make train` makes one.")
    return await hear(agent, rows)


def _score(right: int, predicted: int, true: int) -> Score:
    return Score(right / predicted if predicted else 0.0, right / true if true else 0.0, true)


def _overlap(a: Row, b: Row) -> bool:
    return bool(a["entity"] == b["entity"] and a["start"] < b["end"] and b["start"] < a["end"])


def _print_table(kind: str, scores: Mapping[str, Score]) -> None:
    print(f"{kind:26}{'precision':>10}{'recall':>10}{'f1':>10}{'rows':>8}")
    for name, score in scores.items():
        print(
            f"{name:26}{score.precision:>10.3f}{score.recall:>10.3f}{score.f1:>10.3f}{score.rows:>8}"
        )


if __name__ == "__main__":
    main()
