"""Where the bars of a chart are; the template draws them as SVG, with a table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 180
_GAP = 0.2


@dataclass(frozen=True)
class Bar:
    """A period's bar, and the one of what went back of it in front: heights above the line."""

    x: float
    width: float
    height: float
    part: float


def bars(values: Sequence[tuple[int, int]]) -> list[Bar]:
    """Place a bar for each value and its part, the highest as high as the chart."""
    most = max((max(pair) for pair in values), default=0) or 1
    step = WIDTH / max(1, len(values))
    return [
        Bar(
            x=round(number * step + step * _GAP / 2, 2),
            width=round(step * (1 - _GAP), 2),
            height=round(HEIGHT * max(0, value) / most, 2),
            part=round(HEIGHT * max(0, part) / most, 2),
        )
        for number, (value, part) in enumerate(values)
    ]
