"""Billing periods, anchored to a day of the month; shorter months end on their last day."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta, timezone

from stripe_standin.http.messages import Json


def start_of(anchor: int, recurring: Json, number: int) -> int:
    """When period `number` (the first is 0) of a price begins that is paid since `anchor`.

    Counted from the anchor, so 31 January, 28 February, 31 March follow one another.
    """
    steps = number * int(recurring["interval_count"])
    begun = datetime.fromtimestamp(anchor, timezone.utc)
    interval = recurring["interval"]
    if interval in ("day", "week"):
        return int((begun + timedelta(days=steps * (7 if interval == "week" else 1))).timestamp())
    months = begun.month - 1 + steps * (12 if interval == "year" else 1)
    year, month = begun.year + months // 12, months % 12 + 1
    day = min(begun.day, monthrange(year, month)[1])
    return int(begun.replace(year=year, month=month, day=day).timestamp())
