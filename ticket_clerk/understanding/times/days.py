"""Days by their names and numbers: "March 10", "the 12th", "Friday"."""

from __future__ import annotations

import calendar
import re
from datetime import date

_MONTHS = "january february march april may june july august september october november december"
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday"
MONTHS = {name: number for number, name in enumerate(_MONTHS.split(), 1)}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
WEEKDAYS = {name: number for number, name in enumerate(_WEEKDAYS.split())}
WEEKDAYS |= {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4}

# "may" is a verb and "march" a walk, so both count with a day beside them or after a preposition.
MONTH = "|".join(sorted((name for name in MONTHS if name != "may"), key=len, reverse=True))
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\d:.,]*\d)"
MONTH_DAY = re.compile(rf"\b(?P<month>{MONTH}|may)\.? (?:the )?(?P<day>{_DAY})\b")
DAY_MONTH = re.compile(rf"\b(?P<day>{_DAY}) (?:of )?(?P<month>{MONTH}|may)\b")
ORDINAL = re.compile(
    r"\b(?:the )?(?P<day>3[01]|[12]\d|[4-9])th\b|\bthe (?P<low>1st|2nd|3rd)\b(?! one)"
)
SLASHED = re.compile(r"\b(?P<month>1[0-2]|0?[1-9])/(?P<day>3[01]|[12]\d|0?[1-9])(?:/\d{2,4})?\b")
ISO = re.compile(r"\b20\d\d-(?P<month>\d\d)-(?P<day>\d\d)\b")
_IN_MONTH = re.compile(rf"\b(?:in|for|this|next|early|late|of) (?P<month>{MONTH}|may)\b")
_BARE_MONTH = re.compile(rf"\b(?P<month>{MONTH})\b")
WEEKDAY = re.compile(rf"\b(?P<weekday>{'|'.join(sorted(WEEKDAYS, key=len, reverse=True))})s?\b")


def find_day(normalized: str) -> tuple[int | None, int | None, int]:
    """Find a month and a day, and where they begin; a month or a day alone, too."""
    for pattern in (MONTH_DAY, DAY_MONTH, SLASHED, ISO):
        if match := pattern.search(normalized):
            month = match["month"]
            number = int(re.sub(r"\D", "", match["day"]))
            return MONTHS.get(month) or int(month), number, match.start()
    month_only = _IN_MONTH.search(normalized) or _BARE_MONTH.search(normalized)
    ordinal = ORDINAL.search(normalized)
    day = int(re.sub(r"\D", "", ordinal["day"] or ordinal["low"])) if ordinal else None
    if month_only is None:
        return None, day, ordinal.start() if ordinal else 0
    return MONTHS[month_only["month"]], day, month_only.start("month")


def next_date(month: int, today: date, day: int = 1) -> date:
    """Return the next date of a day, or the month's last; a month that has begun is this one."""
    year = today.year + (month < today.month)
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def next_day(day: int, today: date) -> date:
    """Return the next date with this day of the month, today included."""
    month = next_date(today.month, today, day)
    if day > month.day or month < today:
        return next_date(today.month % 12 + 1, today, day)
    return month
