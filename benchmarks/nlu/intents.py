"""Scores of the action server's own intents: ``python -m benchmarks.nlu.intents FILE``.

The file has the shape of ``dev.jsonl``: one JSON object a line with ``text`` and ``intent``. The
last line printed is one JSON object: macro F1, the share of sentences that are sure, and how many
of those are right.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sklearn.metrics import f1_score

from ticket_clerk.understanding.intents import SURE, intent_scores

from .evaluate import PARENTS


def measure(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Classify each sentence by itself, a finer intent counted as its parent."""
    wanted = [row["intent"] for row in rows]
    found, is_sure = [], []
    for row in rows:
        scores = intent_scores(row["text"])
        best = max(scores, key=lambda intent: scores[intent])
        found.append(PARENTS.get(best, best))
        is_sure.append(scores[best] >= SURE)
    right = [a == b for a, b, sure in zip(wanted, found, is_sure, strict=True) if sure]
    labels = sorted(set(wanted))
    return {
        "macro_f1": round(float(f1_score(wanted, found, labels=labels, average="macro")), 4),
        "sure": round(sum(is_sure) / len(rows), 4),
        "sure_and_right": round(sum(right) / max(1, len(right)), 4),
    }


if __name__ == "__main__":
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    print(json.dumps(measure([json.loads(line) for line in lines])))
