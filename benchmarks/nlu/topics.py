"""Score topics on held-out questions: ``python -m benchmarks.nlu.topics [FILE]``.

``tests/nlu/topics_questions.jsonl`` has one JSON object a line: ``text``, ``topic``, ``language``
and ``by``, who wrote it. FILE has labeled rows as for ``benchmarks.nlu.evaluate``: what is out of
scope there has no topic. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ticket_clerk.understanding.topics import TopicIndex

ROOT = Path(__file__).parents[2]
QUESTIONS = ROOT / "tests/nlu/topics_questions.jsonl"
Row = Mapping[str, Any]


def topic_scores(labeled: Sequence[Row] = ()) -> dict[str, float]:
    """Return the share of questions whose topic is found, by writer, and of rows without one."""
    index = TopicIndex(cache=ROOT / "models")
    found: dict[str, list[bool]] = defaultdict(list)
    for row in read_questions():
        match = index.find(row["text"], language=row["language"])
        found[f"{row['language']}_{row['by']}"].append(
            match is not None and match.topic_id == row["topic"]
        )
    for row in labeled:
        if row["intent"] == "out_of_scope":
            found["none_of_out_of_scope"].append(index.find(row["text"], language="en") is None)
    return {name: round(sum(right) / len(right), 4) for name, right in sorted(found.items())}


def read_questions() -> list[Row]:
    """Read the held-out questions."""
    return [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


def print_misses() -> None:
    """Print each question that is missed, with what was found instead."""
    index = TopicIndex(cache=ROOT / "models")
    for row in read_questions():
        match = index.find(row["text"], language=row["language"])
        if match is None or match.topic_id != row["topic"]:
            print(f"{row['topic']}: {row['text']} -> {match}")


def main() -> None:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(description="Scores of topics on held-out questions.")
    parser.add_argument("file", type=Path, nargs="?", help="rows with intents")
    arguments = parser.parse_args()
    text = arguments.file.read_text(encoding="utf-8") if arguments.file else ""
    print_misses()
    print(json.dumps(topic_scores([json.loads(line) for line in text.splitlines()])))


if __name__ == "__main__":
    main()
