"""Benchmark of show selection from sentences.

The catalog of this measurement has a show for every event that the rows name, and no city, venue
or category that could help: a show must be found by its name alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from ticket_clerk.ticketing.domain.models import Section, Show
from ticket_clerk.understanding.shows import parse_shows
from ticket_clerk.understanding.text import normalize

Row = Mapping[str, Any]
NOW = datetime(2027, 1, 4, 12, tzinfo=timezone.utc)


def show_scores(rows: Sequence[Row]) -> dict[str, float]:
    """Share of annotated rows where just the named shows are found, and none where none is."""
    annotated = [row for row in rows if row.get("entities_annotated")]
    shows = catalog_of(annotated)
    right: dict[bool, list[bool]] = {True: [], False: []}
    for row in annotated:
        named = _named(row)
        right[bool(named)].append(parsed_names(row["text"], shows) == named)
    return {"found": _share(right[True]), "none": _share(right[False])}


def catalog_of(rows: Sequence[Row]) -> tuple[Show, ...]:
    """Make a show of every event that is named, in one spelling, on different days."""
    names = sorted({name for row in rows for name in _named(row)})
    return tuple(_show(number, name) for number, name in enumerate(names))


def parsed_names(text: str, shows: Sequence[Show]) -> set[str]:
    """Names of the shows that the clerk would find in a sentence, without hints."""
    parsed = parse_shows(text, shows, NOW)
    return {normalize(show.name) for show in parsed.shows} if parsed.has_name else set()


def _named(row: Row) -> set[str]:
    return {
        normalize(row["text"][entity["start"] : entity["end"]])
        for entity in row["entities"]
        if entity["entity"] == "event"
    }


def _share(right: Sequence[bool]) -> float:
    return round(sum(right) / len(right), 4) if right else 0.0


def _show(number: int, name: str) -> Show:
    seats = Section("any", "Any seat", 1000, 100, 100)
    starts_at = NOW + timedelta(days=10 + number)
    return Show(f"show-{number}", name, (), "", "", "", starts_at, "usd", (seats,))
