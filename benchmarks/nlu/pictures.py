"""Plot scores and confusions: ``python -m benchmarks.nlu.pictures FILE [--out docs/images]``.

Writes ``nlu-scores.png`` and ``nlu-confusions.png``; measured with the trained model.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

from benchmarks.nlu.evaluate import TODAYS_MODEL, intent_pairs, load_and_hear, read_rows, summary

OTHER = "another"


def draw_scores(scores: Mapping[str, Any], path: Path) -> None:
    """Draw F1 of every intent and entity as bars, with the bars that were set as lines."""
    groups = (("intents", 0.85), ("entities", 0.0))
    figure, axes = plt.subplots(1, 2, figsize=(11, 5), gridspec_kw={"width_ratios": [2, 1]})
    for axis, (group, least) in zip(axes, groups, strict=True):
        names = sorted(scores[group], key=scores[group].get)
        values = [scores[group][name] for name in names]
        bars = axis.barh(names, values, color="#4477aa")
        axis.bar_label(bars, [f"{value:.3f}" for value in values], padding=3)
        axis.set(xlim=(0, 1.12), title=f"{group}, F1")
        if least:
            axis.axvline(least, color="#cc3311", linestyle=":")
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def draw_confusions(pairs: Sequence[tuple[str, str]], path: Path) -> None:
    """Draw how many rows of each intent (down) were taken for each (across)."""
    names = sorted({true for true, _ in pairs})
    counts = Counter((a, b if b in names else OTHER) for a, b in pairs)
    columns = [*names, OTHER]
    figure, axis = plt.subplots(figsize=(10, 9))
    shares = [[counts[a, b] / sum(counts[a, c] for c in columns) for b in columns] for a in names]
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for y, a in enumerate(names):
        for x, b in enumerate(columns):
            if counts[a, b]:
                color = "white" if a == b else "black"
                axis.text(x, y, str(counts[a, b]), ha="center", va="center", color=color)
    axis.set_xticks(range(len(columns)), columns, rotation=60, ha="right")
    axis.set_yticks(range(len(names)), names)
    axis.set(xlabel="heard", ylabel="meant")
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main() -> None:
    """Measure a file and draw."""
    parser = argparse.ArgumentParser(description="Scores and confusions as pictures.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--model", default=TODAYS_MODEL)
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    arguments = parser.parse_args()
    mpl.use("Agg")
    rows = read_rows(arguments.file)
    heard = asyncio.run(load_and_hear(arguments.model, rows))
    draw_scores(summary(rows, heard), arguments.out / "nlu-scores.png")
    draw_confusions(intent_pairs(rows, heard), arguments.out / "nlu-confusions.png")


if __name__ == "__main__":
    main()
