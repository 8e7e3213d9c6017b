"""Plot scores and confusions: ``python -m benchmarks.nlu.pictures FILE [--out docs/images]``.

Writes ``nlu-scores.png`` and ``nlu-confusions.png``; measured with the trained model.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from sklearn.metrics import ConfusionMatrixDisplay

from benchmarks.nlu.evaluate import TODAYS_MODEL, intent_pairs, parse_rows, read_rows, summary

OTHER = "another"


def draw_scores(scores: Mapping[str, Any], path: Path) -> None:
    """Draw F1 of every intent and entity as bars, with the wanted minimum of intents as a line."""
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
    """Draw which share of each true intent (down) was taken for each (across)."""
    names = sorted({true for true, _ in pairs})
    figure, axis = plt.subplots(figsize=(10, 9))
    ConfusionMatrixDisplay.from_predictions(
        [true for true, _ in pairs],
        [predicted if predicted in names else OTHER for _, predicted in pairs],
        labels=[*names, OTHER],
        normalize="true",
        values_format=".2f",
        xticks_rotation=60,
        cmap="Blues",
        colorbar=False,
        ax=axis,
    )
    axis.set(xlabel="predicted", ylabel="true")
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
    parsed = asyncio.run(parse_rows(arguments.model, rows))
    draw_scores(summary(rows, parsed), arguments.out / "nlu-scores.png")
    draw_confusions(intent_pairs(rows, parsed), arguments.out / "nlu-confusions.png")


if __name__ == "__main__":
    main()
